package io.ramshot;

import io.ramshot.image.BlockKind;
import io.ramshot.image.Image;
import io.ramshot.text.Cause;
import io.ramshot.uffd.EngineException;
import io.ramshot.uffd.GuestMemory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A running guest: its blocks of RAM, its vCPUs, and the participants in a checkpoint.
 *
 * <p>All methods may be called from any thread.
 */
public final class Guest {
  /*
   * Replaced, never changed in place, and no lock anywhere: a thread that the freeze has stopped, or
   * that is left behind in the host's code, must keep nobody waiting.
   */
  private final AtomicReference<Map<String, Block>> blocks = new AtomicReference<>(Map.of());
  private final AtomicReference<Map<String, Participant>> participants =
      new AtomicReference<>(Map.of());
  private final AtomicReference<List<RamSource>> sources = new AtomicReference<>(List.of());
  private volatile Vcpus vcpus = Vcpus.NONE;
  private volatile boolean hugePages = true;
  private volatile boolean stateOnly;
  private volatile RestoredRam restored;
  private final RestoreFreeze restoring = new RestoreFreeze(this);
  private final AtomicReference<RunningSnapshot> newest = new AtomicReference<>();

  /** Whether any snapshot was ever left behind: all that most freezes need to know. */
  private volatile boolean leftBehind;

  /** Whose thread still runs: the newest, and those that were given up and left behind. */
  private final Queue<RunningSnapshot> live = new ConcurrentLinkedQueue<>();

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
    Map<String, Block> old;
    Map<String, Block> more;
    do {
      old = blocks.get();
      requireFree(old, block);
      more = new LinkedHashMap<>(old);
      more.put(name, block);
    } while (!blocks.compareAndSet(old, Collections.unmodifiableMap(more)));
    if (hugePages) {
      adviseHugePages(block);
    }
    return block;
  }

  private static void requireFree(Map<String, Block> all, Block block) {
    if (all.containsKey(block.name())) {
      throw new IllegalArgumentException("a block is named " + block.name() + " already");
    }
    long start = block.address();
    for (Block other : all.values()) {
      if (start < other.address() + other.length() && other.address() < start + block.length()) {
        throw new IllegalArgumentException("block " + block + " overlaps block " + other);
      }
    }
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
   * Whether a checkpoint without any RAM is one: all of this guest's state is in its participants.
   * Default false, for a guest whose RAM was not found is more likely.
   */
  public void stateOnly(boolean wanted) {
    stateOnly = wanted;
  }

  public boolean isStateOnly() {
    return stateOnly;
  }

  /**
   * Takes a block out, before its memory is freed. While a snapshot holds the block, this waits
   * until the block is saved or the snapshot is over, so that the caller may free it then; and
   * while a lazy restore still brings it, until it is all there.
   */
  public void unregister(Block block) {
    blocks.updateAndGet(old -> without(old, block.name(), block));
    /* Looked at only now, as a snapshot looks at the blocks only once it is the newest. */
    RunningSnapshot running = newest.get();
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
    return blocks.get().values().stream().filter(block -> block.address() == address).findFirst();
  }

  /** The registered block that holds this address, if any; RAM on the heap has none. No lock. */
  public Optional<Block> blockAround(long address) {
    return blocks.get().values().stream()
        .filter(b -> address >= b.address() && address - b.address() < b.length())
        .findFirst();
  }

  /** Adds a source of RAM on the heap, for all later snapshots and restores. */
  public void add(RamSource source) {
    Objects.requireNonNull(source, "source");
    sources.updateAndGet(
        old -> {
          List<RamSource> more = new ArrayList<>(old);
          more.add(source);
          return List.copyOf(more);
        });
  }

  /** Harmless when it was not added. */
  public void remove(RamSource source) {
    sources.updateAndGet(
        old -> {
          List<RamSource> fewer = new ArrayList<>(old);
          fewer.remove(source);
          return List.copyOf(fewer);
        });
  }

  /**
   * Registered blocks in the order of registration, then what the sources find just now; a source
   * that fails is passed over.
   */
  public List<Block> blocks() {
    List<Block> all = new ArrayList<>(blocks.get().values());
    for (RamSource source : sources.get()) {
      try {
        all.addAll(found(source, new HostCall()).blocks());
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
    for (RamSource source : sources.get()) {
      try {
        for (Block block : found(source, new HostCall()).blocks()) {
          all.put(block.name(), block.ram().named());
        }
      } catch (SnapshotException e) {
        continue; /* a snapshot or a restore says so, to somebody who can act on it */
      }
    }
    return all;
  }

  /** Those that are registered, and these. */
  List<Block> allBlocks(List<Block> onHeap) throws SnapshotException {
    return joined(blocks.get(), onHeap);
  }

  void prepareSources(HostCall call) throws SnapshotException {
    for (RamSource source : sources.get()) {
      call.enter(source, nameOf(source), HostCall.Kind.LOOK);
      try {
        source.prepare();
      } catch (SnapshotException e) {
        throw e;
      } catch (Throwable e) {
        throw cannotLook(source, e);
      } finally {
        call.leave();
      }
    }
  }

  private static String nameOf(RamSource source) {
    return source.getClass().getName();
  }

  private static SnapshotException cannotLook(RamSource source, Throwable e) {
    return new SnapshotException(
        nameOf(source) + " could not look for RAM on the heap (" + Cause.text(e) + "): mend that",
        e);
  }

  /** What all sources find just now. */
  HeapBlocks heap(HostCall call) throws SnapshotException {
    HeapBlocks all = new HeapBlocks();
    for (RamSource source : sources.get()) {
      all.addAll(found(source, call));
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

  private static HeapBlocks found(RamSource source, HostCall call) throws SnapshotException {
    Map<String, Object> arrays;
    call.enter(source, nameOf(source), HostCall.Kind.LOOK);
    try {
      /* The map is the host's code too. */
      arrays = new LinkedHashMap<>(source.find());
    } catch (SnapshotException e) {
      throw e;
    } catch (Throwable e) {
      throw cannotLook(source, e);
    } finally {
      call.leave();
    }
    HeapBlocks found = new HeapBlocks();
    for (Map.Entry<String, Object> entry : arrays.entrySet()) {
      found.add(entry.getKey(), entry.getValue());
    }
    return found;
  }

  /** Says how vCPUs are frozen; {@link Vcpus#NONE} until then. */
  public void vcpus(Vcpus vcpus) {
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
  public void add(Participant participant) {
    String name = participant.name();
    participants.updateAndGet(
        old -> {
          Map<String, Participant> more = new LinkedHashMap<>(old);
          if (more.putIfAbsent(name, participant) != null) {
            throw new IllegalArgumentException("a participant is named " + name + " already");
          }
          return Collections.unmodifiableMap(more);
        });
  }

  /** Harmless when it was not added. */
  public void remove(Participant participant) {
    String name = participant.name();
    participants.updateAndGet(old -> without(old, name, participant));
  }

  /** In the order in which they were added. */
  public List<Participant> participants() {
    return List.copyOf(participants.get().values());
  }

  /** By name, in the order in which they were added. */
  Map<String, Participant> namedParticipants() {
    return participants.get();
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
    RunningSnapshot snapshot = new RunningSnapshot(this, file, options);
    snapshot.start();
    return snapshot;
  }

  /**
   * @throws SnapshotException if a snapshot is running, or a restore
   */
  void requireNoneRuns() throws SnapshotException {
    restoring.requireNone();
    requireNoSnapshot();
  }

  /**
   * @throws SnapshotException if a snapshot is running
   */
  void requireNoSnapshot() throws SnapshotException {
    requireEnded(newest.get());
  }

  private static void requireEnded(RunningSnapshot snapshot) throws SnapshotException {
    if (snapshot != null && !snapshot.ended()) {
      throw new SnapshotException(
          "a snapshot to " + snapshot.target() + " is running: wait for it, or cancel it");
    }
  }

  /** Notes a snapshot whose thread is about to start; {@link #left} once that is over. */
  void entered(RunningSnapshot snapshot) {
    live.add(snapshot);
  }

  void left(RunningSnapshot snapshot) {
    live.remove(snapshot);
  }

  /**
   * Makes a snapshot the one that runs.
   *
   * @return the one before it, or null
   * @throws SnapshotException if another one runs
   */
  RunningSnapshot begin(RunningSnapshot snapshot) throws SnapshotException {
    while (true) {
      RunningSnapshot before = newest.get();
      requireEnded(before);
      if (newest.compareAndSet(before, snapshot)) {
        try {
          restoring.requireNone(); /* which looks at the newest only once it is under way */
        } catch (SnapshotException e) {
          withdraw(snapshot, before);
          throw e;
        }
        return before;
      }
    }
  }

  /** Takes back {@link #begin}: it was refused after all. */
  void withdraw(RunningSnapshot snapshot, RunningSnapshot before) {
    newest.compareAndSet(snapshot, before);
  }

  /**
   * Refuses a snapshot that would call what an earlier one is still in, and waits a moment for
   * earlier ones that may still have RAM registered.
   */
  void requireReturned() throws SnapshotException, InterruptedException {
    for (RunningSnapshot earlier : live) {
      if (earlier.leftBehind()) {
        if (earlier.isRegistering() || calls(earlier)) {
          earlier.awaitReturned();
        }
        requireReturned(earlier, vcpus);
        for (RamSource source : sources.get()) {
          requireReturned(earlier, source);
        }
        for (Participant participant : participants.get().values()) {
          requireReturned(earlier, participant);
        }
      }
    }
  }

  /** Whether it is in a call on anything that this guest has. */
  private boolean calls(RunningSnapshot earlier) {
    return earlier.callOn(vcpus) != null
        || sources.get().stream().anyMatch(source -> earlier.callOn(source) != null)
        || participants.get().values().stream().anyMatch(each -> earlier.callOn(each) != null);
  }

  /** A snapshot's thread is left behind. */
  void someLeftBehind() {
    leftBehind = true;
  }

  /** The same for one of them. */
  void requireReturned(Object called) throws SnapshotException {
    if (!leftBehind) {
      return;
    }
    for (RunningSnapshot earlier : live) {
      if (earlier.leftBehind()) {
        requireReturned(earlier, called);
      }
    }
  }

  private static void requireReturned(RunningSnapshot earlier, Object called)
      throws SnapshotException {
    HostCall call = earlier.callOn(called);
    if (call != null) {
      throw new SnapshotException(
          call.undone()
              + " for the snapshot to "
              + earlier.target()
              + ", which has ended without it: mend that; snapshots work again once it returns");
    }
  }

  /** The newest snapshot, running or ended. */
  public Optional<Snapshot> newest() {
    return Optional.ofNullable(newest.get());
  }

  /**
   * Puts RAM and participants back as an image has them. The vCPUs are frozen meanwhile by the
   * {@link #vcpus} that were given, and run again when it returns: call it from a thread that is
   * none of them. ({@link Vcpus#hold} is not called: participants load while the rest of the host
   * runs.) Without any, none may run; where RAM is seen to change by itself, the restore is
   * refused.
   *
   * @throws SnapshotException if blocks or participants do not match the image, the vCPUs cannot be
   *     frozen, some run though there are no {@code Vcpus}, or a snapshot or another restore is
   *     under way: nothing has been changed then, and the guest goes on; or if a page is damaged,
   *     somebody wrote to RAM while it was filled, or a participant refuses its state: RAM may be
   *     changed in part then, so the vCPUs stay frozen until another restore has succeeded or the
   *     caller thaws them, and without {@code Vcpus} the guest must not run
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
    restored = restoring.restore(image, options);
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
  void awaitRestored() throws SnapshotException {
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
