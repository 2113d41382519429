package io.ramshot;

import io.ramshot.image.HashKey;
import io.ramshot.image.ImageBlock;
import io.ramshot.limits.MemoryLimits;
import io.ramshot.uffd.Capture;
import io.ramshot.uffd.CaptureOptions;
import io.ramshot.uffd.EngineException;
import io.ramshot.uffd.Figure;
import io.ramshot.uffd.Machine;
import io.ramshot.uffd.Phase;
import io.ramshot.uffd.Range;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Takes one snapshot from beginning to end, on a thread of its own.
 *
 * <p>That thread never touches guest RAM between arming and completion, and nothing that answers a
 * fault ever waits for it: it may be stopped at a safepoint for as long as the JVM likes.
 */
final class RunningSnapshot implements Snapshot {
  /**
   * Seldom needed: memory at hand comes at 5 GB/s, but a virtual machine's whose host has taken it
   * back at 0.4 GB/s. A guest that writes all of its RAM keeps two thirds of its speed with a pool
   * that holds it, and a twentieth with 64 MiB; so this is long rather than short.
   */
  private static final long POOL_BUDGET_NANOS = 3_000_000_000L;

  private static final Duration RESTORE_POLL = Duration.ofMillis(20);

  /**
   * What an increment has for a pool is guest RAM over this: little of it is written, so slots come
   * free as fast as pages are compared.
   */
  private static final long INCREMENT_POOL_SHARE = 8;

  /** An increment is over before a pool that takes longer would pay. */
  private static final long INCREMENT_POOL_BUDGET_NANOS = 300_000_000L;

  /** Direct buffers go soon after a collection, not within it. */
  private static final long COLLECTED_MILLIS = 100;

  private static final long RELEASE_POLL_NANOS = 200_000;

  private final Guest guest;
  private final Path target;
  private final SnapshotOptions options;
  private final List<Block> blocks;

  /** In the blocks' order; closed by the snapshot's thread. */
  private final List<BlockCapture> captures = new ArrayList<>();

  private final CompletableFuture<SnapshotResult> end = new CompletableFuture<>();
  private final Object lock = new Object();

  /** Guest RAM, in bytes; what it was at the freeze once that is over. */
  private volatile long totalBytes;

  /**
   * The owners of the blocks' memory, so that none is collected while it is saved. The snapshot's
   * thread only.
   */
  private List<Object> owners = new ArrayList<>();

  /** Null for an image that stands alone. The snapshot's thread only, as the next two. */
  private ParentImage parent;

  /** What each block may inherit from, in the blocks' order; empty without a parent. */
  private List<Optional<ImageBlock>> inherited = List.of();

  /** Null where pages are not hashed. */
  private HashKey hashKey;

  /** Null until it is known. */
  private volatile MemoryPlan memory;

  /** All below: guarded by lock. */
  private SnapshotState state = SnapshotState.PREPARING;

  private Capture capture;
  private TrackedRam tracked;
  private Freeze freeze;
  private String cancelReason;

  /** Taken out before the engine had it: this snapshot cannot come to anything. */
  private Block freed;

  RunningSnapshot(Guest guest, Path target, SnapshotOptions options, List<Block> blocks) {
    this.guest = guest;
    this.target = target;
    this.options = options;
    this.blocks = blocks;
    totalBytes = bytes(blocks);
    blocks.forEach(block -> owners.add(block.owner()));
  }

  void start() {
    Thread thread = new Thread(this::run, "ramshot-snapshot");
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    SealedFile file = null;
    String message = "";
    SnapshotState last = SnapshotState.COMPLETED;
    try {
      plan();
      file = new SealedFile(target, captures, parent == null ? null : parent.ref(), hashKey);
      take(file);
    } catch (SnapshotException | EngineException e) {
      last = SnapshotState.FAILED;
      message = e.getMessage();
    } catch (IOException e) {
      last = SnapshotState.FAILED;
      message =
          "cannot complete " + target + " (" + e + "): look after the disk, or choose another";
    } catch (Exception | Error e) {
      last = SnapshotState.FAILED;
      message = "unexpected " + e + ": please report this";
    }
    finish(file, last, message);
  }

  private void plan() throws SnapshotException, EngineException {
    boolean protects =
        blocks.stream().noneMatch(block -> block.kind().onHeap()) || HeapCollector.protects();
    for (Block block : blocks) {
      captures.add(BlockCapture.of(block, Machine.pageBytes(), protects));
    }
    if (options.parent() != null) {
      parent = ParentImage.open(options.parent(), Machine.pageBytes(), captures);
      inherited = captures.stream().map(parent::match).toList();
      hashKey = parent.key();
    } else if (options.hashes() && Machine.hashesFast()) {
      hashKey = HashKey.random();
    }
  }

  private void take(SealedFile file)
      throws SnapshotException, EngineException, IOException, InterruptedException {
    awaitRestored();
    long began = System.nanoTime();
    prepare(file);
    file.prepared(System.nanoTime() - began);
    enter(SnapshotState.FREEZING);
    Freeze frozen = new Freeze(guest, options.freezeTimeout());
    synchronized (lock) {
      freeze = frozen;
    }
    try (FreezeCopier copier = new FreezeCopier()) {
      frozen.run(() -> arm(copier));
    }
    enter(SnapshotState.SAVING);
    if (tracked != null) {
      tracked.finish();
    }
    Progress progress = new Progress(options.bytesPerSecond());
    Phase phase;
    do {
      phase = capture.await((int) RunningTime.LOOK_MILLIS);
      if (!phase.ended() && progress.stopped(bytesMoved())) {
        throw progress.failure(target);
      }
    } while (!phase.ended());
    if (phase != Phase.DONE) {
      throw new SnapshotException(capture.failure());
    }
    capture.requireWhole();
    enter(SnapshotState.SEALING);
    file.complete(capture, tracked, frozen, status());
    synchronized (lock) {
      requireNotCancelled();
      file.publish();
      state = SnapshotState.COMPLETED;
    }
    file.syncFolder();
    OwnMemory.codeIsThere();
  }

  private void prepare(SealedFile file)
      throws SnapshotException, EngineException, InterruptedException {
    memory = findMemory();
    for (BlockCapture each : captures) {
      each.reserve();
    }
    file.create();
    List<Range> ranges = file.ranges(false);
    Capture prepared =
        Capture.prepare(
            new CaptureOptions(
                memory.poolBytes(),
                poolBudgetNanos(),
                options.bytesPerSecond(),
                options.stallLimit().toNanos(),
                options.directIo(),
                Boolean.getBoolean("ramshot.pagemap.table"),
                hashKey == null ? null : hashKey.bytes(Machine.pageBytes()),
                memory.cacheBytes()),
            ranges,
            file.descriptor(),
            target);
    synchronized (lock) {
      capture = prepared;
      requireNotCancelled();
    }
    if (options.hugePages() && memory.fillsHugePages()) {
      prepared.collapse(arrays());
    }
    inherit(prepared);
    List<Range> others = file.ranges(true);
    if (!others.isEmpty()) {
      track(
          TrackedRam.open(others, file.descriptor(), target, options, memory.cacheBytes()));
    }
  }

  /** Tells the engine what the parent has. */
  private void inherit(Capture prepared) throws SnapshotException, EngineException {
    for (int i = 0; i < inherited.size(); i++) {
      if (inherited.get(i).isPresent()) {
        ImageBlock block = inherited.get(i).get();
        int pages = Math.toIntExact(block.pageCount(Machine.pageBytes()));
        int rank = SealedFile.rank(captures, i);
        parent.fill(
            block, prepared.inherit(rank, block.lead(), pages), this::requireNotCancelledNow);
      }
    }
    closeParent();
  }

  /** In the freeze: pieces may have become more or fewer. */
  private void disinherit() {
    for (int i = 0; i < inherited.size(); i++) {
      if (inherited.get(i).isPresent()
          && inherited.get(i).get().length() != captures.get(i).settled(0).length()) {
        capture.disinherit(SealedFile.rank(captures, i));
      }
    }
  }

  private void closeParent() {
    if (parent != null) {
      parent.close();
    }
  }

  /** RAM that is missing cannot be protected; it will be there soon, and the guest runs on. */
  private void awaitRestored() throws SnapshotException, InterruptedException {
    RestoredRam restored = guest.restored().orElse(null);
    while (restored != null && !restored.await(RESTORE_POLL)) {
      requireNotCancelledNow();
    }
  }

  private void requireNotCancelledNow() throws SnapshotException {
    synchronized (lock) {
      requireNotCancelled();
    }
  }

  /** The last thing before the freeze: what the guest writes from then on is for the freeze. */
  private void track(TrackedRam opened)
      throws SnapshotException, EngineException, InterruptedException {
    synchronized (lock) {
      tracked = opened;
      requireNotCancelled();
    }
    opened.copy();
  }

  private long bytesMoved() {
    return capture.figure(Figure.BYTES_DONE) + capture.figure(Figure.BYTES_WRITTEN);
  }

  /** Refuses a snapshot for which there is no memory, before anything has been taken of it. */
  private MemoryPlan findMemory() throws SnapshotException, EngineException, InterruptedException {
    try {
      return planMemory();
    } catch (SnapshotException e) {
      if (parent == null) {
        throw e;
      }
      /* What increments before this one read of their parents stays until it is collected. */
      System.gc();
      Thread.sleep(COLLECTED_MILLIS);
      return planMemory();
    }
  }

  private MemoryPlan planMemory() throws SnapshotException, EngineException {
    boolean increment = parent != null;
    GuestFootprint footprint = GuestFootprint.of(blocks);
    OwnMemory own = OwnMemory.of(captures, Machine.pageBytes(), hashKey != null, increment);
    if (!increment && Targets.isInMemory(target)) {
      own = own.withFile(footprint.populatedRam());
    }
    return MemoryPlan.of(
        MemoryLimits.read(),
        own,
        footprint,
        increment ? totalBytes / INCREMENT_POOL_SHARE : totalBytes,
        /* The engine takes no more slots than there are chunks. */
        Math.min(options.poolBytes(), totalBytes + SnapshotOptions.CHUNK_BYTES));
  }

  private long poolBudgetNanos() {
    if (options.poolBytes() != 0) {
      return 0;
    }
    return parent == null ? POOL_BUDGET_NANOS : INCREMENT_POOL_BUDGET_NANOS;
  }

  /** The array of each block that the engine takes from the heap, null for others. */
  private List<Object> arrays() {
    List<Object> arrays = new ArrayList<>(captures.size());
    for (BlockCapture capture : captures) {
      if (!capture.tracked()) {
        arrays.add(capture.array());
      }
    }
    return arrays;
  }

  private static long bytes(List<Block> blocks) {
    long bytes = 0;
    for (Block block : blocks) {
      bytes += block.length();
    }
    return bytes;
  }

  /**
   * Runs while every vCPU is parked.
   *
   * @return how long was spent on copies, in ns
   */
  private long arm(FreezeCopier copier) throws SnapshotException {
    List<Block> now = guest.allBlocks();
    if (!isSame(now)) {
      throw new SnapshotException(
          "the guest allocated or freed RAM while the snapshot was prepared ("
              + difference(blocks, now)
              + "): start it once more");
    }
    long start = System.nanoTime();
    for (int i = 0; i < captures.size(); i++) {
      captures.get(i).freeze(now.get(i), copier);
    }
    copier.run();
    if (tracked != null) {
      tracked.freeze();
    }
    long copied = System.nanoTime() - start;
    hold(now);
    disinherit();
    try {
      capture.arm(arrays());
    } catch (EngineException e) {
      throw new SnapshotException(e.getMessage(), e);
    }
    return copied;
  }

  private boolean isSame(List<Block> now) {
    if (now.size() != blocks.size()) {
      return false;
    }
    for (int i = 0; i < now.size(); i++) {
      if (!blocks.get(i).isSame(now.get(i))) {
        return false;
      }
    }
    return true;
  }

  /**
   * Arrays may have been replaced since the snapshot started. Without the lock: a thread that the
   * freeze has stopped may hold it.
   */
  private void hold(List<Block> now) {
    for (Block block : now) {
      owners.add(block.owner());
    }
    totalBytes = bytes(now);
  }

  /** The names of the blocks that are only in one of two lists. */
  private static String difference(List<Block> some, List<Block> others) {
    return Stream.concat(some.stream(), others.stream())
        .filter(
            block ->
                some.stream().noneMatch(block::isSame) || others.stream().noneMatch(block::isSame))
        .map(Block::name)
        .collect(Collectors.joining(", "));
  }

  private void enter(SnapshotState next) throws SnapshotException {
    synchronized (lock) {
      requireNotCancelled();
      state = next;
    }
  }

  private void requireNotCancelled() throws SnapshotException {
    if (cancelReason != null) {
      throw new SnapshotException("cancelled: " + cancelReason);
    }
    if (freed != null) {
      throw new SnapshotException(freedMessage());
    }
  }

  private String freedMessage() {
    return "block " + freed.name() + " was freed before the freeze: start the snapshot once more";
  }

  private void finish(SealedFile file, SnapshotState last, String message) {
    Capture taken;
    boolean published;
    synchronized (lock) {
      taken = capture;
      published = state == SnapshotState.COMPLETED;
      if (!published && cancelReason != null) {
        last = SnapshotState.CANCELLED;
        message = "cancelled: " + cancelReason;
      } else if (!published && freed != null) {
        message = freedMessage(); /* whatever stumbled over it */
      }
    }
    if (tracked != null) {
      tracked.close();
    }
    if (taken != null) {
      taken.close();
    }
    if (file != null) {
      file.close();
    }
    captures.forEach(BlockCapture::close);
    closeParent();
    SnapshotResult result;
    owners = null;
    synchronized (lock) {
      if (published) {
        result = file.completed(message.isEmpty() ? file.warning() : message, status());
      } else {
        state = last;
        Instant time = freeze == null ? null : freeze.time();
        result = new SnapshotResult(target, null, time, 0, 0, message, status());
      }
    }
    end.complete(result);
  }

  /** Waits until this snapshot has no more use for a block's memory. */
  void awaitRelease(Block block) {
    int index = blocks.indexOf(block);
    if (index < 0) {
      return;
    }
    boolean interrupted = false;
    while (!end.isDone() && !released(index)) {
      LockSupport.parkNanos(RELEASE_POLL_NANOS);
      interrupted |= Thread.interrupted(); /* or parking would return at once for ever */
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean released(int index) {
    Capture current;
    TrackedRam others;
    synchronized (lock) {
      current = capture;
      others = tracked;
      if (current == null) {
        freed = blocks.get(index);
      }
    }
    if (current == null) {
      return false;
    }
    return captures.get(index).tracked()
        ? releasedByTracking(index, others)
        : current.mayFree(SealedFile.rank(captures, index));
  }

  /** No engine thread touches such memory; only the image could suffer, so it comes to nothing. */
  private boolean releasedByTracking(int index, TrackedRam others) {
    if (others == null || !others.isFrozen()) {
      synchronized (lock) {
        freed = blocks.get(index);
      }
      if (others != null) {
        others.stop();
      }
    }
    return true;
  }

  @Override
  public Path target() {
    return target;
  }

  @Override
  public SnapshotStatus status() {
    synchronized (lock) {
      return StatusReader.read(state, totalBytes, memory, capture, tracked, freeze);
    }
  }

  @Override
  public void cancel(String reason) {
    Capture current;
    TrackedRam others;
    synchronized (lock) {
      if (state.ended()) {
        return;
      }
      if (cancelReason == null) {
        cancelReason = reason;
      }
      current = capture;
      others = tracked;
    }
    if (others != null) {
      others.stop();
    }
    if (current != null) {
      current.cancel();
    }
  }

  @Override
  public SnapshotResult await() throws InterruptedException {
    try {
      return end.get();
    } catch (ExecutionException e) {
      throw new AssertionError(e); /* it is only ever completed with a result */
    }
  }

  @Override
  public SnapshotResult await(Duration timeout) throws InterruptedException {
    return new RunningTime().await(this::ended, timeout) ? await() : null;
  }

  private boolean ended(long nanos) throws InterruptedException {
    try {
      end.get(nanos, TimeUnit.NANOSECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw new AssertionError(e); /* it is only ever completed with a result */
    }
  }
}
