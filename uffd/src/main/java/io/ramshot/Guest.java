package io.ramshot;

import io.ramshot.image.BlockKind;
import io.ramshot.image.Image;
import io.ramshot.uffd.EngineException;
import io.ramshot.uffd.GuestMemory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A running guest: its blocks of RAM, its vCPUs, and the participants in a checkpoint.
 *
 * <p>All methods may be called from any thread.
 */
public final class Guest {
  /*
   * Replaced under the lock, never changed in place: the freeze reads them without a lock, because
   * a thread that it has stopped may hold that.
   */
  private volatile Map<String, Block> blocks = Map.of();
  private volatile Map<String, Participant> participants = Map.of();
  private volatile List<RamSource> sources = List.of();
  private volatile Vcpus vcpus = Vcpus.NONE;
  private volatile boolean hugePages = true;
  private volatile RestoredRam restored;
  private RunningSnapshot newest;

  /**
   * Registers a whole direct buffer; its position and limit do not matter.
   *
   * @throws IllegalArgumentException if the buffer is empty or not direct, or the name is taken
   * @see #add(RamSource)
   */
  public Block register(String name, ByteBuffer buffer) {
    if (!buffer.isDirect()) {
      throw new IllegalArgumentException(
          "block "
              + name
              + " is a heap buffer, which has no address: add it by"
              + " guest.add(() -> Map.of(name, buffer))");
    }
    ByteBuffer whole = buffer.duplicate().clear();
    return register(name, BlockKind.DIRECT, GuestMemory.addressOf(whole), whole.capacity(), buffer);
  }

  /**
   * Registers memory by address.
   *
   * @param address in this process; need not be aligned
   * @param length in bytes, at least 1
   * @param owner an object that keeps the memory alive, held strongly only while a snapshot runs;
   *     or null
   * @throws IllegalArgumentException if the name is taken, or the range is empty or overlaps
   *     another block
   */
  public Block register(String name, BlockKind kind, long address, long length, Object owner) {
    Objects.requireNonNull(name, "name");
    if (length < 1 || address <= 0) {
      throw new IllegalArgumentException(
          String.format("block %s of %d bytes at 0x%x is no memory", name, length, address));
    }
    Block block = new Block(name, kind, address, length, owner);
    synchronized (this) {
      if (blocks.containsKey(name)) {
        throw new IllegalArgumentException("a block is named " + name + " already");
      }
      for (Block other : blocks.values()) {
        if (address < other.address() + other.length() && other.address() < address + length) {
          throw new IllegalArgumentException("block " + block + " overlaps block " + other);
        }
      }
      Map<String, Block> more = new LinkedHashMap<>(blocks);
      more.put(name, block);
      blocks = Collections.unmodifiableMap(more);
    }
    if (hugePages) {
      adviseHugePages(block);
    }
    return block;
  }

  private static void adviseHugePages(Block block) {
    try {
      GuestMemory.adviseHugePages(block.address(), block.length());
    } catch (EngineException e) {
      return; /* the engine cannot be loaded: a snapshot says so, to somebody who can act on it */
    }
  }

  /**
   * Whether the kernel is asked for transparent huge pages for blocks registered from now on; they
   * decide the pause. Default true. A guest that touches its RAM here and there takes more memory
   * then, up to 2 MiB a touch.
   */
  public void hugePages(boolean wanted) {
    hugePages = wanted;
  }

  /**
   * Takes a block out, before its memory is freed. While a snapshot holds the block, this waits
   * until the block is saved or the snapshot is over, so that the caller may free it then; and
   * while a lazy restore still brings it, until it is all there.
   */
  public void unregister(Block block) {
    RunningSnapshot running;
    synchronized (this) {
      blocks = without(blocks, block.name(), block);
      running = newest;
    }
    RestoredRam coming = restored;
    if (coming != null) {
      coming.release(block);
    }
    if (running != null) {
      running.awaitRelease(block);
    }
  }

  private static <T> Map<String, T> without(Map<String, T> map, String name, T value) {
    Map<String, T> fewer = new LinkedHashMap<>(map);
    fewer.remove(name, value);
    return Collections.unmodifiableMap(fewer);
  }

  /** The registered block that starts at this address, if any. */
  public Optional<Block> blockAt(long address) {
    return blocks.values().stream().filter(block -> block.address() == address).findFirst();
  }

  /** Adds a source of RAM on the heap, for all later snapshots and restores. */
  public synchronized void add(RamSource source) {
    List<RamSource> more = new ArrayList<>(sources);
    more.add(Objects.requireNonNull(source, "source"));
    sources = List.copyOf(more);
  }

  /** Harmless when it was not added. */
  public synchronized void remove(RamSource source) {
    List<RamSource> fewer = new ArrayList<>(sources);
    fewer.remove(source);
    sources = List.copyOf(fewer);
  }

  /**
   * Registered blocks in the order of registration, then what the sources find just now; a source
   * that fails is passed over.
   */
  public List<Block> blocks() {
    List<Block> all = new ArrayList<>(blocks.values());
    for (RamSource source : sources) {
      try {
        all.addAll(found(source));
      } catch (SnapshotException e) {
        continue; /* a snapshot or a restore says so, to somebody who can act on it */
      }
    }
    return List.copyOf(all);
  }

  /**
   * What the sources find just now, by block name: arrays, and arrays of arrays. A source that
   * fails is passed over.
   */
  public Map<String, Object> heapRam() {
    Map<String, Object> all = new LinkedHashMap<>();
    for (RamSource source : sources) {
      try {
        found(source).forEach(block -> all.put(block.name(), block.ram().value()));
      } catch (SnapshotException e) {
        continue; /* a snapshot or a restore says so, to somebody who can act on it */
      }
    }
    return all;
  }

  /**
   * {@link #blocks}, but nothing is passed over. Takes no lock.
   *
   * @throws SnapshotException if a source fails, or finds what cannot be captured
   */
  List<Block> allBlocks() throws SnapshotException {
    return joined(blocks, heapBlocks());
  }

  private void prepareSources() throws SnapshotException {
    /* First of all: a source that drops a block would wait for a snapshot that runs. */
    synchronized (this) {
      requireNoneRuns();
    }
    for (RamSource source : sources) {
      source.prepare();
    }
  }

  /** Under the lock. */
  private void requireNoneRuns() throws SnapshotException {
    if (newest != null && !newest.status().state().ended()) {
      throw new SnapshotException(
          "a snapshot to " + newest.target() + " is running: wait for it, or cancel it");
    }
  }

  private List<Block> heapBlocks() throws SnapshotException {
    List<Block> all = new ArrayList<>();
    Map<Object, Block> arrays = new IdentityHashMap<>();
    for (RamSource source : sources) {
      for (Block block : found(source)) {
        Block same = arrays.put(block.ram().value(), block);
        if (same != null) {
          throw new SnapshotException(
              "blocks " + same.name() + " and " + block.name() + " are one array: name it once");
        }
        all.add(block);
      }
    }
    return all;
  }

  private static List<Block> joined(Map<String, Block> registered, List<Block> onHeap)
      throws SnapshotException {
    Map<String, Block> all = new LinkedHashMap<>(registered);
    for (Block block : onHeap) {
      if (all.put(block.name(), block) != null) {
        throw new SnapshotException("two blocks are named " + block.name());
      }
    }
    return List.copyOf(all.values());
  }

  private static List<Block> found(RamSource source) throws SnapshotException {
    List<Block> found = new ArrayList<>();
    for (Map.Entry<String, Object> entry : source.find().entrySet()) {
      found.add(new Block(entry.getKey(), HeapRam.of(entry.getKey(), entry.getValue())));
    }
    return found;
  }

  /** Says how vCPUs are frozen; {@link Vcpus#NONE} until then. */
  public synchronized void vcpus(Vcpus vcpus) {
    this.vcpus = Objects.requireNonNull(vcpus, "vcpus");
  }

  Vcpus vcpus() {
    return vcpus;
  }

  /**
   * Adds a participant to all later snapshots and restores.
   *
   * @throws IllegalArgumentException if the name is taken
   */
  public synchronized void add(Participant participant) {
    Map<String, Participant> more = new LinkedHashMap<>(participants);
    if (more.putIfAbsent(participant.name(), participant) != null) {
      throw new IllegalArgumentException(
          "a participant is named " + participant.name() + " already");
    }
    participants = Collections.unmodifiableMap(more);
  }

  /** Harmless when it was not added. */
  public synchronized void remove(Participant participant) {
    participants = without(participants, participant.name(), participant);
  }

  /** In the order in which they were added. */
  public List<Participant> participants() {
    return List.copyOf(participants.values());
  }

  /** {@link #snapshot(Path, SnapshotOptions)} with the defaults. */
  public Snapshot snapshot(Path target) throws SnapshotException {
    return snapshot(target, SnapshotOptions.DEFAULTS);
  }

  /**
   * Starts a snapshot and returns at once.
   *
   * @param target the file to make; must not exist, its folder must
   * @throws SnapshotException if it can be refused right away: another one runs, no block is
   *     registered or found, the target exists or its folder does not, the parent is not there
   */
  public Snapshot snapshot(Path target, SnapshotOptions options) throws SnapshotException {
    Path file = target.toAbsolutePath().normalize();
    /* Not under the lock: a dead disk must not hold up a guest that allocates or frees. */
    Targets.check(file);
    if (options.parent() != null) {
      ParentImage.check(options.parent(), file);
    }
    prepareSources();
    /* Nor while sources look: they may wait for somebody who registers RAM. */
    List<Block> onHeap = heapBlocks();
    synchronized (this) {
      requireNoneRuns();
      List<Block> all = joined(blocks, onHeap);
      if (all.isEmpty()) {
        throw new SnapshotException(
            "no guest RAM is registered: did the guest allocate its RAM yet, and do the options"
                + " name where it does?");
      }
      newest = new RunningSnapshot(this, file, options, all);
      newest.start();
      return newest;
    }
  }

  /** The newest snapshot, running or ended. */
  public synchronized Optional<Snapshot> newest() {
    return Optional.ofNullable(newest);
  }

  /**
   * Puts RAM and participants back as an image has them. No vCPU may run meanwhile, and no
   * snapshot.
   *
   * @throws SnapshotException if blocks or participants do not match the image: nothing has been
   *     changed then; or if a page is damaged or a participant refuses its state: RAM may be
   *     changed in part then, so the guest must not run
   */
  public void restore(Image image) throws SnapshotException {
    restore(image, RestoreOptions.DEFAULTS);
  }

  /**
   * {@link #restore(Image)}, lazily if asked for: the guest may run as soon as this has returned,
   * and what is missing of its RAM comes when it is touched, or before.
   *
   * <p>From then on the image's file must stay as it is until all is there; the image itself may be
   * closed. A damaged page that is found by then ends the JVM with exit status 74, unless damaged
   * pages become zeros.
   */
  public RestoredRam restore(Image image, RestoreOptions options) throws SnapshotException {
    prepareSources();
    awaitRestored();
    restored = new Restore(image, options).apply(allBlocks(), participants());
    return restored;
  }

  /**
   * Loads and runs once what a lazy restore will need, so that the guest waits less for it: to be
   * called before it has any RAM. Never needed, and never fails.
   */
  public static void rehearseRestore(Image image, RestoreOptions options) {
    if (options.lazy()) {
      RestoreRehearsal.run(image, options);
    }
  }

  /** A restore on top of one that is still going on would take memory away twice. */
  private void awaitRestored() throws SnapshotException {
    RestoredRam before = restored;
    try {
      while (before != null && !before.await(Duration.ofSeconds(1))) {
        continue;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SnapshotException("interrupted while the restore before this one went on", e);
    }
  }

  /** The RAM of the newest restore, if there was one. */
  public Optional<RestoredRam> restored() {
    return Optional.ofNullable(restored);
  }
}
