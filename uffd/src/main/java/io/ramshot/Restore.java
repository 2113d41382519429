package io.ramshot;

import io.ramshot.image.BlockKind;
import io.ramshot.image.Image;
import io.ramshot.image.ImageBlock;
import io.ramshot.image.ImageException;
import io.ramshot.image.Memory;
import io.ramshot.image.ParticipantState;
import io.ramshot.image.RamLoader;
import io.ramshot.text.Cause;
import io.ramshot.text.Listing;
import io.ramshot.uffd.EngineException;
import io.ramshot.uffd.GuestMemory;
import io.ramshot.uffd.Machine;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Matches a guest with an image, fills its RAM, and hands the participants their states. */
final class Restore {
  private final Image image;
  private final RestoreOptions options;
  private boolean begun;

  Restore(Image image, RestoreOptions options) {
    this.image = image;
    this.options = options;
  }

  RestoredRam apply(TableMatch tables, List<Participant> participants) throws SnapshotException {
    requirePageSize();
    Map<ImageBlock, Block> pairs = match(tables.blocks());
    Map<ParticipantState, Participant> receivers = matchParticipants(participants);
    begun = true;
    tables.commit();
    RestoredRam restored = fill(pairs);
    for (Map.Entry<ParticipantState, Participant> receiver : receivers.entrySet()) {
      hand(receiver.getKey(), receiver.getValue());
    }
    return restored;
  }

  /** Whether anything of the guest may have been changed. */
  boolean hasBegun() {
    return begun;
  }

  private RestoredRam fill(Map<ImageBlock, Block> pairs) throws SnapshotException {
    LazyPlan plan = LazyPlan.of(image, pairs, options);
    fillNow(pairs, plan.blocks());
    for (ImageBlock block : plan.blocks()) {
      fillEdges(block, pairs.get(block));
    }
    if (!plan.isEmpty()) {
      start(plan, pairs);
    }
    return plan.restored();
  }

  /** Last of all: until then, everything can still be refused. */
  private void start(LazyPlan plan, Map<ImageBlock, Block> pairs) throws SnapshotException {
    try {
      plan.start();
    } catch (EngineException e) {
      plan.giveUp(pairs, e.getMessage());
      fillNow(pairs, Set.of());
    }
  }

  private void fillNow(Map<ImageBlock, Block> pairs, Set<ImageBlock> except)
      throws SnapshotException {
    if (except.size() == pairs.size()) {
      return;
    }
    Set<ImageBlock> filled = EngineFill.fill(image, pairs, options, except);
    for (Map.Entry<ImageBlock, Block> pair : pairs.entrySet()) {
      if (filled.contains(pair.getKey())) {
        fillEdges(pair.getKey(), pair.getValue());
      } else if (!except.contains(pair.getKey())) {
        fill(pair.getKey(), pair.getValue());
      }
    }
  }

  private void fillEdges(ImageBlock from, Block to) throws SnapshotException {
    try {
      RamLoader.loadEdges(image, from, memory(from, to));
    } catch (ImageException | NotFilled e) {
      throw new SnapshotException(e.getMessage(), e);
    }
  }

  private void requirePageSize() throws SnapshotException {
    try {
      int here = Machine.pageBytes();
      if (image.header().pageSize() != here) {
        throw new SnapshotException(
            String.format(
                "%s was written on a machine with pages of %d bytes, this one has %d: restore it on"
                    + " such a one",
                image.path(), image.header().pageSize(), here));
      }
    } catch (EngineException e) {
      throw new SnapshotException(e.getMessage(), e);
    }
  }

  /** See {@link BlockNaming}. Lengths must be equal. */
  private Map<ImageBlock, Block> match(List<Block> blocks) throws SnapshotException {
    List<ImageBlock> saved = image.blocks();
    if (saved.size() != blocks.size()) {
      throw new SnapshotException(
          String.format(
              "%s holds %s, this guest has %s: start it with the RAM options of the machine that"
                  + " was saved",
              image.path(), describeSaved(saved), describe(blocks)));
    }
    Map<ImageBlock, Block> pairs = new LinkedHashMap<>();
    List<Block> matched = BlockNaming.match(image, blocks);
    for (int i = 0; i < saved.size(); i++) {
      ImageBlock from = saved.get(i);
      Block to = matched.get(i);
      if (from.kind() != BlockKind.HEAP_PIECES && from.length() != to.length()) {
        throw new SnapshotException(
            String.format(
                "block %s has %d bytes in %s, but %d bytes in this guest: start it with the RAM"
                    + " size of the machine that was saved",
                from.name(), from.length(), image.path(), to.length()));
      }
      if ((from.kind() == BlockKind.HEAP_PIECES) != (to.kind() == BlockKind.HEAP_PIECES)) {
        throw new SnapshotException(
            String.format(
                "block %s is of kind %s in %s, but %s in this guest: start it with the RAM options"
                    + " of the machine that was saved",
                from.name(), from.kind(), image.path(), to.kind()));
      }
      pairs.put(from, to);
    }
    return pairs;
  }

  private static String describeSaved(List<ImageBlock> blocks) {
    List<String> parts = new ArrayList<>();
    blocks.forEach(block -> parts.add(block.name() + " of " + block.length() + " bytes"));
    return count(parts);
  }

  private static String describe(List<Block> blocks) {
    List<String> parts = new ArrayList<>();
    blocks.forEach(block -> parts.add(block.name() + " of " + block.length() + " bytes"));
    return count(parts);
  }

  private static String count(List<String> parts) {
    return parts.isEmpty()
        ? "no block"
        : parts.size() + (parts.size() == 1 ? " block (" : " blocks (") + Listing.of(parts) + ")";
  }

  private Map<ParticipantState, Participant> matchParticipants(List<Participant> participants)
      throws SnapshotException {
    Map<String, Participant> byName = new LinkedHashMap<>();
    participants.forEach(participant -> byName.put(participant.name(), participant));
    Map<ParticipantState, Participant> pairs = new LinkedHashMap<>();
    for (ParticipantState state : image.states()) {
      Participant participant = byName.remove(state.name());
      if (participant == null) {
        throw new SnapshotException(
            String.format(
                "%s holds the state of %s, which this guest does not have%s: give the state="
                    + " option the machine was saved with",
                image.path(),
                state.name(),
                participants.isEmpty() ? "" : " (it has " + names(participants) + ")"));
      }
      pairs.put(state, participant);
    }
    if (!byName.isEmpty()) {
      throw new SnapshotException(
          String.format(
              "%s holds no state for %s: it was saved without; give the state= option the machine"
                  + " was saved with",
              image.path(), Listing.of(byName.keySet())));
    }
    return pairs;
  }

  private static String names(List<Participant> participants) {
    return Listing.of(participants.stream().map(Participant::name).toList());
  }

  private void fill(ImageBlock from, Block to) throws SnapshotException {
    try {
      RamLoader.load(image, from, memory(from, to));
    } catch (ImageException | NotFilled e) {
      throw new SnapshotException(e.getMessage(), e);
    }
  }

  private Memory memory(ImageBlock from, Block to) throws SnapshotException {
    if (to.ram() == null) {
      return new BlockMemory(to);
    }
    if (from.lead() % to.ram().elementBytes() != 0) {
      throw new SnapshotException(
          String.format(
              "block %s was saved from an array with other elements than the %d bytes of this"
                  + " guest's: start it with the RAM options of the machine that was saved",
              from.name(), to.ram().elementBytes()));
    }
    return new HeapMemory(to.ram());
  }

  private static void hand(ParticipantState state, Participant to) throws SnapshotException {
    try {
      to.load(state.bytes());
    } catch (SnapshotException e) {
      throw e;
    } catch (Exception e) {
      throw new SnapshotException(
          to.name()
              + " did not take on its saved state ("
              + Cause.text(e)
              + "): is it the same version?",
          e);
    }
  }

  /**
   * A block's memory by address. Java never writes to it: it may be read-only, which would end the
   * JVM.
   */
  private static final class BlockMemory implements Memory {
    private final Block block;
    private com.sun.jna.Memory bounce = new com.sun.jna.Memory(1);

    BlockMemory(Block block) {
      this.block = block;
    }

    @Override
    public ByteBuffer slice(long offset, int length) {
      if (bounce.size() < length) {
        bounce = new com.sun.jna.Memory(length);
      }
      return bounce.getByteBuffer(0, length);
    }

    @Override
    public void filled(long offset, ByteBuffer bytes) {
      try {
        GuestMemory.write(block.name(), block.address(), offset, bounce, bytes.remaining());
      } catch (EngineException e) {
        throw new NotFilled(e);
      }
    }

    @Override
    public void zero(long offset, long length) {
      try {
        GuestMemory.clear(block.name(), block.address(), offset, length);
      } catch (EngineException e) {
        throw new NotFilled(e);
      }
    }
  }

  private static final class NotFilled extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NotFilled(EngineException cause) {
      super(cause.getMessage(), cause);
    }
  }
}
