package io.ramshot;

import io.ramshot.image.BlockKind;
import io.ramshot.image.Image;
import io.ramshot.uffd.EngineException;
import io.ramshot.uffd.GuestMemory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
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
  private final Map<String, Block> blocks = new LinkedHashMap<>();
  private final Map<String, Participant> participants = new LinkedHashMap<>();
  private Vcpus vcpus = Vcpus.NONE;
  private volatile boolean hugePages = true;
  private RunningSnapshot newest;

  /**
   * Registers a whole direct buffer; its position and limit do not matter.
   *
   * @throws IllegalArgumentException if the buffer is empty or not direct, or the name is taken
   */
  public Block register(String name, ByteBuffer buffer) {
    if (!buffer.isDirect()) {
      throw new IllegalArgumentException(
          "block " + name + " is a heap buffer: only direct buffers can be registered");
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
      blocks.put(name, block);
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
   * until the block is saved or the snapshot is over, so that the caller may free it then.
   */
  public void unregister(Block block) {
    RunningSnapshot running;
    synchronized (this) {
      blocks.remove(block.name(), block);
      running = newest;
    }
    if (running != null) {
      running.awaitRelease(block);
    }
  }

  /** The block that starts at this address, if any. */
  public synchronized Optional<Block> blockAt(long address) {
    return blocks.values().stream().filter(block -> block.address() == address).findFirst();
  }

  /** In the order of registration. */
  public synchronized List<Block> blocks() {
    return List.copyOf(blocks.values());
  }

  /** Says how vCPUs are frozen; {@link Vcpus#NONE} until then. */
  public synchronized void vcpus(Vcpus vcpus) {
    this.vcpus = Objects.requireNonNull(vcpus, "vcpus");
  }

  synchronized Vcpus vcpus() {
    return vcpus;
  }

  /**
   * Adds a participant to all later snapshots and restores.
   *
   * @throws IllegalArgumentException if the name is taken
   */
  public synchronized void add(Participant participant) {
    if (participants.putIfAbsent(participant.name(), participant) != null) {
      throw new IllegalArgumentException(
          "a participant is named " + participant.name() + " already");
    }
  }

  /** Harmless when it was not added. */
  public synchronized void remove(Participant participant) {
    participants.remove(participant.name(), participant);
  }

  /** In the order in which they were added. */
  public synchronized List<Participant> participants() {
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
   *     registered, the target exists or its folder does not
   */
  public Snapshot snapshot(Path target, SnapshotOptions options) throws SnapshotException {
    Path file = target.toAbsolutePath().normalize();
    /* Not under the lock: a dead disk must not hold up a guest that allocates or frees. */
    Targets.check(file);
    synchronized (this) {
      if (newest != null && !newest.status().state().ended()) {
        throw new SnapshotException(
            "a snapshot to " + newest.target() + " is running: wait for it, or cancel it");
      }
      if (blocks.isEmpty()) {
        throw new SnapshotException(
            "no guest RAM is registered: did the guest allocate its RAM yet, and do the options"
                + " name where it does?");
      }
      newest = new RunningSnapshot(this, file, options, List.copyOf(blocks.values()));
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
    List<Block> targets;
    List<Participant> receivers;
    synchronized (this) {
      if (newest != null && !newest.status().state().ended()) {
        throw new SnapshotException(
            "a snapshot to " + newest.target() + " is running: wait for it, or cancel it");
      }
      targets = new ArrayList<>(blocks.values());
      receivers = new ArrayList<>(participants.values());
    }
    new Restore(image).apply(targets, receivers);
  }
}
