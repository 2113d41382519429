package io.ramshot;

import io.ramshot.image.HashKey;
import io.ramshot.image.ImageBlock;
import io.ramshot.limits.MemoryLimits;
import io.ramshot.uffd.Capture;
import io.ramshot.uffd.CaptureOptions;
import io.ramshot.uffd.EngineException;
import io.ramshot.uffd.Figure;
import io.ramshot.uffd.GiveUp;
import io.ramshot.uffd.Machine;
import io.ramshot.uffd.Phase;
import io.ramshot.uffd.Range;
import io.ramshot.uffd.Uses;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * Takes one snapshot from beginning to end, on a thread of its own. Where that is stuck, or dies, a
 * {@link SnapshotWatch} ends the snapshot in its place: it is left behind, and cleans up after
 * itself should it ever come back.
 *
 * <p>The thread never touches guest RAM between arming and completion, and nothing that answers a
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

  /** How long a snapshot waits for one that was left behind to return. */
  private static final Duration RETURN_LIMIT = Duration.ofSeconds(1);

  /** What the slowest disk makes durable, in bytes a second; for {@link #patience}. */
  private static final long DISK_SPEED = 8 << 20;

  /** What memory comes and goes by, in bytes a second, on a machine that has other work. */
  private static final long MEMORY_SPEED = 128 << 20;

  /** See {@link #patience}. */
  private final long stepLimitNanos =
      Duration.ofMillis(Long.getLong("ramshot.step.limit.ms", Progress.LIMIT.toMillis())).toNanos();

  private final Guest guest;
  private final Path target;
  private final SnapshotOptions options;

  /** In the blocks' order; closed by the snapshot's thread. */
  private final List<BlockCapture> captures = new ArrayList<>();

  /** What the captures have of their own, which those that copy in the freeze use as well. */
  private final Uses staging = new Uses(this::closeCaptures);

  private final CompletableFuture<SnapshotResult> end = new CompletableFuture<>();

  /** Open once it is known whether the snapshot begins or is refused. */
  private final CountDownLatch decided = new CountDownLatch(1);

  /** The code of the host that the snapshot's thread is in. */
  private final HostCall call = new HostCall(true);

  /** What it was in when it was left behind: once the vCPUs run, it may come back at once. */
  private final HostCall late = new HostCall();

  private final GiveUp giveUp = new GiveUp();
  private final Thread control = new Thread(this::run, "ramshot-snapshot");
  private final SnapshotWatch watch;

  /*
   * There is no lock: whoever wants to know or to end something must not wait for a thread that is
   * stuck. What comes first, decides: the end is the first outcome.
   */

  /** Null until the end. */
  private final AtomicReference<SnapshotResult> outcome = new AtomicReference<>();

  private final AtomicReference<String> cancelReason = new AtomicReference<>();
  private volatile SnapshotState stage = SnapshotState.PREPARING;
  private volatile boolean started;
  private volatile boolean begun;

  /** Set by the watch, for good: the snapshot's thread has lost it, and only cleans up. */
  private volatile boolean leftBehind;

  /** RAM may come to be registered without a capture to cancel. */
  private volatile boolean registering;

  /** Grows while ramshot itself gets on. */
  private volatile long beats;

  private volatile SnapshotException refusal;

  /** Null until the snapshot has begun. */
  private volatile List<Block> blocks;

  /** Guest RAM, in bytes; what it was at the freeze once that is over. */
  private volatile long totalBytes;

  private volatile SealedFile file;
  private volatile Capture capture;
  private volatile TrackedRam tracked;
  private volatile Freeze freeze;

  /** Taken out before the engine had it: this snapshot cannot come to anything. */
  private volatile Block freed;

  /**
   * The owners of the blocks' memory, so that none is collected while it is saved. The snapshot's
   * thread only.
   */
  private List<Object> owners = new ArrayList<>();

  /** Null for an image that stands alone. The snapshot's thread only, as the next two. */
  private volatile ParentImage parent;

  /** What each block may inherit from, in the blocks' order; empty without a parent. */
  private List<Optional<ImageBlock>> inherited = List.of();

  /** Null where pages are not hashed. */
  private HashKey hashKey;

  /** Null until it is known. */
  private volatile MemoryPlan memory;

  /*
   * Made now, for at the end there may be no memory for it. The steps let go of what others wait
   * for, may be run by two threads at once, and again.
   */
  private final Runnable thawing = this::thaw;
  private final Runnable releasing = this::release;
  private final Runnable closing = this::closeFile;
  private final Runnable leaving = this::leave;
  private final List<Runnable> freeing =
      List.of(this::closeTracked, this::closeCapture, staging::close, this::closeParent);
  private final Verdict controlVerdict = new Verdict();
  private final Verdict watchVerdict = new Verdict();
  private final SnapshotResult withoutMemory;

  RunningSnapshot(Guest guest, Path target, SnapshotOptions options) {
    this.guest = guest;
    this.target = target;
    this.options = options;
    watch = new SnapshotWatch(this, call, options.freezeTimeout());
    control.setDaemon(true);
    withoutMemory =
        new SnapshotResult(
            target,
            null,
            null,
            0,
            0,
            EndWords.WITHOUT_MEMORY,
            StatusReader.read(SnapshotState.FAILED, 0, null, null, null, null));
  }

  /**
   * Returns once it has begun.
   *
   * @throws SnapshotException if it is refused
   */
  void start() throws SnapshotException {
    guest.entered(this);
    try {
      watch.start();
      control.start();
      started = true;
    } catch (Throwable e) {
      refuse(e);
    }
    boolean interrupted = false;
    while (decided.getCount() > 0) {
      try {
        decided.await();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (!begun) {
      SnapshotException known = refusal;
      throw known != null ? known : new SnapshotException(end.join().message());
    }
  }

  private void refuse(Throwable e) throws SnapshotException {
    outcome.compareAndSet(null, withoutMemory);
    complete();
    leave();
    throw new SnapshotException(EndWords.noThreads(e), e);
  }

  private void run() {
    String message = "";
    try {
      begin();
      plan();
      file = new SealedFile(target, captures, parent == null ? null : parent.ref(), hashKey);
      take(file);
    } catch (Throwable e) {
      if (e instanceof SnapshotException known) {
        refusal = known;
      }
      message = EndWords.of(target, e);
    }
    finish(message);
  }

  /**
   * Makes this the snapshot that runs.
   *
   * @throws SnapshotException if it is refused
   */
  private void begin() throws SnapshotException, InterruptedException {
    Targets.check(target);
    if (options.parent() != null) {
      ParentImage.check(options.parent(), target);
    }
    /* First of all: a source that drops a block would wait for a snapshot that runs. */
    guest.requireNoneRuns();
    guest.requireReturned();
    guest.prepareSources(call);
    requireGoingOn();
    /* Before this is the newest: sources may wait for somebody who registers or frees RAM. */
    List<Block> onHeap = guest.heap(call).blocks();
    requireGoingOn();
    RunningSnapshot before = guest.begin(this);
    String nothing = "";
    try {
      List<Block> all = guest.allBlocks(onHeap);
      nothing = NothingToSave.reason(guest, all);
      for (Block block : all) {
        owners.add(block.owner());
      }
      totalBytes = bytes(all);
      blocks = all;
    } finally {
      if (nothing != null) {
        guest.withdraw(this, before);
      }
    }
    if (nothing != null) {
      throw new SnapshotException(nothing);
    }
    begun = true;
    decided.countDown();
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
    Freeze frozen = new Freeze(guest, options.freezeTimeout(), call, this::isMine);
    freeze = frozen;
    frozen.prepare();
    prepare(file);
    file.prepared(System.nanoTime() - began);
    enter(SnapshotState.FREEZING);
    watch.requireLooking(Duration.ofNanos(stepLimitNanos));
    try (FreezeCopier copier = new FreezeCopier(staging)) {
      frozen.run(() -> arm(copier));
    }
    enter(SnapshotState.SAVING);
    if (tracked != null) {
      tracked.finish(this::requireGoingOn);
    }
    Progress progress = new Progress(options.bytesPerSecond());
    Phase phase;
    do {
      phase = capture.await((int) RunningTime.LOOK_MILLIS);
      beat();
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
    SnapshotResult completed = file.completed(file.warning(), status(SnapshotState.COMPLETED));
    requireGoingOn();
    file.publish();
    if (!outcome.compareAndSet(null, completed)) {
      Retry.run(file::withdraw); /* it had hung, and its end has been told */
      requireGoingOn();
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
    registering = true;
    capture =
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
            target,
            giveUp);
    requireGoingOn();
    registering = false;
    if (options.hugePages() && memory.fillsHugePages()) {
      capture.collapse(arrays());
      requireGoingOn();
    }
    inherit(capture);
    List<Range> others = file.ranges(true);
    if (!others.isEmpty()) {
      registering = true;
      tracked = TrackedRam.open(others, file.descriptor(), target, options, memory.cacheBytes());
      requireGoingOn();
      registering = false;
      /* The last thing before the freeze: what the guest writes from then on is for the freeze. */
      tracked.copy(this::requireGoingOn);
    }
  }

  /** Tells the engine what the parent has. */
  private void inherit(Capture prepared) throws SnapshotException, EngineException {
    for (int i = 0; i < inherited.size(); i++) {
      if (inherited.get(i).isPresent()) {
        ImageBlock block = inherited.get(i).get();
        int pages = Math.toIntExact(block.pageCount(Machine.pageBytes()));
        int rank = SealedFile.rank(captures, i);
        parent.fill(block, prepared.inherit(rank, block.lead(), pages), this::requireGoingOn);
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
      requireGoingOn();
    }
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
    MemoryPlan plan =
        MemoryPlan.of(
            MemoryLimits.read(),
            own,
            footprint,
            increment ? totalBytes / INCREMENT_POOL_SHARE : totalBytes,
            /* The engine takes no more slots than there are chunks. */
            Math.min(options.poolBytes(), totalBytes + SnapshotOptions.CHUNK_BYTES));
    return plan.withThrottle(Throttle.warning(options, plan.poolBytes(), totalBytes));
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
    HeapBlocks heap = guest.heap(call);
    file.tables(heap.tables());
    List<Block> now = guest.allBlocks(heap.blocks());
    requireGoingOn();
    if (!isSame(now)) {
      throw new SnapshotException(EndWords.changed(blocks, now));
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

  /** Arrays may have been replaced since the snapshot started. */
  private void hold(List<Block> now) {
    for (Block block : now) {
      owners.add(block.owner());
    }
    totalBytes = bytes(now);
  }

  private void enter(SnapshotState next) throws SnapshotException {
    requireGoingOn();
    stage = next;
  }

  /** Ramshot itself has got on by a step. */
  private void beat() {
    beats = beats + 1; /* by one thread only */
  }

  private boolean isMine() {
    return !leftBehind;
  }

  private void requireGoingOn() throws SnapshotException {
    beat();
    if (cancelReason.get() != null) {
      throw new SnapshotException("cancelled: " + cancelReason.get());
    }
    if (freed != null) {
      throw new SnapshotException(EndWords.freed(freed));
    }
    if (leftBehind) {
      throw new SnapshotException("the snapshot has ended already");
    }
  }

  /**
   * By the snapshot's own thread, which may have been left behind.
   *
   * @param message why it failed, or what else there is to say
   */
  private void finish(String message) {
    if (isMine()) {
      Retry.run(thawing);
    }
    Retry.run(releasing);
    Retry.run(closing);
    free();
    if (isMine()) {
      controlVerdict.pass(message);
    }
    Retry.run(leaving);
  }

  private void free() {
    for (int i = 0; i < freeing.size(); i++) {
      beat();
      Retry.run(freeing.get(i));
    }
    owners = null;
    registering = false;
  }

  /**
   * By the watch: ends the snapshot for the thread that cannot. Allocates nothing until the vCPUs
   * run again.
   *
   * @param limit that is over
   */
  void takeOver(SnapshotWatch.Reason reason, Duration limit) {
    if (!leftBehind) {
      late.copy(call);
    }
    leftBehind = true;
    guest.someLeftBehind();
    Freeze frozen = freeze;
    boolean thawed = frozen == null || frozen.thaw().force();
    giveUp.say();
    Retry.run(releasing);
    String message;
    try {
      message = reason(reason, limit, thawed);
    } catch (Throwable e) {
      message = EndWords.LOST;
    }
    Retry.run(closing);
    if (call.underWay() || hasDied()) {
      free(); /* it touches nothing of it any more */
    }
    watchVerdict.pass(message);
    if (hasDied()) {
      Retry.run(leaving);
    }
    /*
     * It may wait for something that never comes. Last of all: a thread that reads or writes a
     * channel is interrupted by closing that, which waits for the disk.
     */
    control.interrupt();
  }

  private String reason(SnapshotWatch.Reason reason, Duration limit, boolean thawed) {
    String undone = "";
    if (late.underWay()) {
      undone = late.isStill(call) ? late.undone() : late.undoneBy();
    } else if (!thawed) {
      undone = freeze.thaw().call().undone();
    }
    SealedFile made = file;
    Path naming = made != null && made.isBeingNamed() && !ended() ? target : null;
    return EndWords.takenOver(
        reason, limit, undone, HostCall.place(control), stage, target, naming);
  }

  private void thaw() {
    Freeze frozen = freeze;
    if (frozen != null) {
      frozen.thaw().run(call);
    }
  }

  /** Gives the guest its RAM back. */
  private void release() {
    TrackedRam others = tracked;
    if (others != null) {
      others.stop();
    }
    Capture current = capture;
    if (current != null) {
      current.cancel();
    }
  }

  private void closeFile() {
    SealedFile made = file;
    if (made != null) {
      made.close();
    }
  }

  private void closeTracked() {
    Freeze frozen = freeze;
    if (frozen != null) {
      frozen.thaw().close();
    }
    TrackedRam others = tracked;
    if (others != null) {
      others.close();
    }
  }

  private void closeCapture() {
    Capture current = capture;
    if (current != null) {
      current.close();
    }
  }

  private void closeCaptures() {
    captures.forEach(BlockCapture::close);
  }

  private void leave() {
    guest.left(this);
  }

  private void complete() {
    end.complete(outcome.get());
    decided.countDown();
  }

  /** Finds out how the snapshot has ended, and tells it. Made before it is needed. */
  private final class Verdict implements Runnable {
    private String message;

    /**
     * @param found why it failed, or what else there is to say
     */
    void pass(String found) {
      message = found;
      if (!Retry.run(this)) {
        outcome.compareAndSet(null, withoutMemory);
        complete();
      }
    }

    @Override
    public void run() {
      if (outcome.get() == null) {
        outcome.compareAndSet(null, unfinished());
      }
      SnapshotResult known = outcome.get();
      if (known.state() == SnapshotState.COMPLETED && !message.isEmpty()) {
        end.complete(known.withMessage(message)); /* its name may not be durable */
      }
      complete();
    }

    private SnapshotResult unfinished() {
      String why = message;
      SnapshotState last = SnapshotState.FAILED;
      String cancel = cancelReason.get();
      if (cancel != null) {
        last = SnapshotState.CANCELLED;
        why =
            "cancelled: " + cancel + (this == watchVerdict && !why.isEmpty() ? ", but " + why : "");
      } else if (freed != null) {
        why = EndWords.freed(freed); /* whatever stumbled over it */
      }
      Freeze frozen = freeze;
      return new SnapshotResult(
          target, null, frozen == null ? null : frozen.time(), 0, 0, why, status(last));
    }
  }

  /** Whether there is nothing left for the watch to do. */
  boolean isOver() {
    return end.isDone();
  }

  /** Whether the snapshot's thread has ended without its end being told. */
  boolean hasDied() {
    return started && !control.isAlive() && !end.isDone();
  }

  boolean isCancelled() {
    return cancelReason.get() != null;
  }

  boolean isFreezing() {
    Freeze frozen = freeze;
    return frozen != null && frozen.underWay();
  }

  /** Grows while something moves. */
  long progress() {
    long sum = beats;
    Capture current = capture;
    if (current != null) {
      sum += current.figure(Figure.BYTES_DONE) + current.figure(Figure.BYTES_WRITTEN);
    }
    return sum;
  }

  /**
   * How long a step of ramshot's own may last without any {@link #progress}, in ns: what is told of
   * a dead disk, and the time that all of RAM takes on the slowest.
   */
  long patience() {
    Capture current = capture;
    boolean toDisk =
        stage == SnapshotState.SEALING && current != null && current.figure(Figure.DIRECT_IO) == 0;
    long speed = toDisk ? DISK_SPEED : MEMORY_SPEED;
    return stepLimitNanos + (long) (1e9 * totalBytes / speed);
  }

  /** Whether its thread runs on though the snapshot has ended. */
  boolean leftBehind() {
    return leftBehind;
  }

  /** Whether RAM may come to be registered for it though it has ended. */
  boolean isRegistering() {
    return registering && control.isAlive();
  }

  /** The call on this very object that is still under way, or null. */
  HostCall callOn(Object callee) {
    Freeze frozen = freeze;
    if (call.isOn(callee)) {
      return control.isAlive() ? call : null;
    }
    return frozen != null && frozen.thaw().call().isOn(callee) ? frozen.thaw().call() : null;
  }

  /**
   * Waits a moment for what this one was left behind with: it may be about to return, and RAM may
   * come to be registered until then.
   */
  void awaitReturned() throws InterruptedException {
    new RunningTime()
        .await(
            nanos -> {
              LockSupport.parkNanos(Math.min(nanos, RELEASE_POLL_NANOS));
              return !control.isAlive() || !registering && !call.underWay();
            },
            RETURN_LIMIT);
  }

  boolean ended() {
    return outcome.get() != null;
  }

  /** Waits until this snapshot has no more use for a block's memory. */
  void awaitRelease(Block block) {
    boolean interrupted = false;
    while (!end.isDone() && !released(block)) {
      LockSupport.parkNanos(RELEASE_POLL_NANOS);
      interrupted |= Thread.interrupted(); /* or parking would return at once for ever */
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean released(Block block) {
    List<Block> known = blocks;
    if (known == null) {
      return false; /* in a moment */
    }
    int index = known.indexOf(block);
    if (index < 0) {
      return true;
    }
    Capture current = capture;
    if (current == null) {
      freed = block;
      return false;
    }
    return captures.get(index).tracked()
        ? releasedByTracking(block)
        : current.mayFree(SealedFile.rank(captures, index));
  }

  /** No engine thread touches such memory; only the image could suffer, so it comes to nothing. */
  private boolean releasedByTracking(Block block) {
    TrackedRam others = tracked;
    if (others == null || !others.isFrozen()) {
      freed = block;
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
    /* Not by the outcome: the name may not be durable yet, and who sees an end finds the result. */
    SnapshotResult told = end.getNow(null);
    return told != null ? told.status() : status(stage);
  }

  private SnapshotStatus status(SnapshotState state) {
    return StatusReader.read(state, totalBytes, memory, capture, tracked, freeze);
  }

  @Override
  public void cancel(String reason) {
    if (ended() || !cancelReason.compareAndSet(null, reason)) {
      return;
    }
    giveUp.say();
    try {
      release();
    } finally {
      watch.wake();
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
