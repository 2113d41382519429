package io.ramshot.agent.timeline;

import io.ramshot.RunningTime;
import io.ramshot.SnapshotException;
import io.ramshot.agent.options.TimelinePlan;
import io.ramshot.text.Cause;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * A timeline that is being written: takes a checkpoint every so often, and lets the oldest go.
 *
 * <p>Whatever fails is said in one line and tried again at the next tick. Nothing that a tick
 * leaves behind, in whatever place the JVM is killed, keeps a reader from the checkpoints.
 *
 * <p>It goes on whatever is thrown, and wherever: in a host that has no memory left, what tells of
 * a failure fails as well. So the outermost loop catches everything, and only writes it down.
 */
public final class Timeline implements AutoCloseable {
  /** Of attempts that fail one after the other, every so many-th is a full image. */
  private static final int FULL_AFTER = 3;

  /** Before the loop is tried again that could not even tell what had failed. */
  private static final long RETRY_NANOS = 100_000_000;

  private final TimelinePlan plan;
  private final long everyNanos;
  private final Camera camera;
  private final Consumer<String> console;
  private final TimelineLock lock;
  private final TimelineStore store;
  private volatile Thread thread;

  /** Whether the folder is held no more. */
  private volatile boolean over;

  /** What it does, and since when: written by the timeline's thread alone. */
  private volatile TimelineStep step = TimelineStep.WAITING;

  private volatile long stepBegan = System.nanoTime();

  /** Whether the checkpoints are known to be this guest's. The timeline's thread, as the next. */
  private boolean own;

  /** Whether files may have been left over by a killed JVM, or by an attempt that failed. */
  private boolean untidy = true;

  private boolean listed;

  /** All below: guarded by this. When the next tick is due, as {@link System#nanoTime}. */
  private long next = System.nanoTime();

  private volatile boolean stopped;
  private List<Checkpoint> list = List.of();
  private long taken;
  private long increments;
  private long merged;
  private long failed;
  private long failedInARow;
  private long skipped;

  /** A String or a Throwable, of which a text may cost more memory than there is; or null. */
  private Object failure;

  /** In ms since 1970. */
  private long failureTime;

  /** What was said last: the same line every few seconds would bury all others. */
  private String said = "";

  private Timeline(
      TimelinePlan plan,
      Camera camera,
      Consumer<String> console,
      TimelineLock lock,
      TimelineStore store) {
    this.plan = plan;
    this.everyNanos = plan.every().toNanos();
    this.camera = camera;
    this.console = console;
    this.lock = lock;
    this.store = store;
    this.thread = newThread();
  }

  private Thread newThread() {
    Thread made = new Thread(this::run, "ramshot-timeline");
    made.setDaemon(true);
    made.setUncaughtExceptionHandler((dead, e) -> revive(e));
    return made;
  }

  /** For a thread that has ended before its first line: another one goes on. */
  private void revive(Throwable e) {
    try {
      note(e);
      Thread again = newThread();
      thread = again;
      again.start();
    } catch (Throwable none) {
      stopped = true;
      over = true;
      lock.close();
    }
  }

  private synchronized void note(Throwable e) {
    failure = e;
    failureTime = System.currentTimeMillis();
    failed++;
    failedInARow++;
  }

  /**
   * Begins a timeline, or goes on with the one that is in the folder.
   *
   * @param first how long until the first checkpoint
   * @param console hears one line of whatever somebody should know
   * @throws TimelineException if the folder cannot be made or written, another JVM writes there, or
   *     its checkpoints are another guest's
   */
  public static Timeline start(
      TimelinePlan plan, Duration first, Camera camera, Consumer<String> console)
      throws TimelineException {
    Timeline timeline = open(plan, camera, console);
    boolean started = false;
    try {
      GuestTraits guest = camera.guest();
      if (!guest.blocks().isEmpty()) {
        timeline.store.requireNoOthers(guest);
      }
      timeline.next = System.nanoTime() + first.toNanos();
      timeline.thread.start();
      started = true;
    } catch (OutOfMemoryError e) { // what the JVM says when it may not have one more thread
      throw new TimelineException(
          "the timeline's thread cannot be started ("
              + e.getMessage()
              + "): raise the limit of processes, or give the JVM more memory",
          e);
    } finally {
      if (!started) {
        timeline.lock.close();
      }
    }
    timeline.say(
        "timeline: a checkpoint every "
            + TimelinePlan.text(plan.every())
            + " to "
            + plan.folder()
            + ", "
            + plan.keep()
            + " are kept");
    return timeline;
  }

  /** One that does nothing by itself. */
  static Timeline open(TimelinePlan plan, Camera camera, Consumer<String> console)
      throws TimelineException {
    Path folder = OwnFolder.make(plan.folder());
    TimelineLock lock = TimelineLock.take(folder);
    boolean done = false;
    try {
      Timeline timeline =
          new Timeline(plan, camera, console, lock, new TimelineStore(new TimelineFolder(folder)));
      done = true;
      return timeline;
    } finally {
      if (!done) {
        lock.close();
      }
    }
  }

  /**
   * What is caught here is whatever {@link #tick} could not even write down. Nothing is called for
   * it that could fail for the same reason.
   */
  private void run() {
    boolean released = false;
    while (!released) {
      try {
        while (awaitTick()) {
          tick();
          passOver();
        }
        awaitLast();
        lock.close();
        released = true;
        over = true;
      } catch (Throwable e) {
        synchronized (this) {
          failure = e;
          failureTime = System.currentTimeMillis();
          failed++;
          failedInARow++;
        }
        Thread.interrupted(); // or parking would return at once
        LockSupport.parkNanos(RETRY_NANOS);
      }
    }
  }

  /**
   * @return whether it came; false if the timeline was stopped
   */
  private boolean awaitTick() throws InterruptedException {
    if (!listed) {
      prepare();
    }
    enter(TimelineStep.WAITING);
    synchronized (this) {
      for (long left; !stopped && (left = next - System.nanoTime()) > 0; ) {
        TimeUnit.NANOSECONDS.timedWait(this, left);
      }
      next += everyNanos; // now, so that no failure makes it due again at once
      return !stopped;
    }
  }

  /** The ticks that have come meanwhile are over. */
  private synchronized void passOver() {
    long late = System.nanoTime() - next;
    if (late >= 0) {
      long missed = late / everyNanos + 1;
      skipped += missed;
      next += missed * everyNanos;
    }
  }

  /** Nobody else may write to the folder while a checkpoint of this timeline is being written. */
  private void awaitLast() {
    enter(TimelineStep.ENDING);
    while (camera.taking()) {
      LockSupport.parkNanos(RETRY_NANOS);
      Thread.interrupted(); // or parking would return at once for ever
    }
    enter(TimelineStep.WAITING);
  }

  private void enter(TimelineStep entered) {
    stepBegan = System.nanoTime();
    step = entered;
  }

  /** What a tick does, which may fail in many ways. */
  private interface Work {
    void run() throws TimelineException, IOException, SnapshotException, InterruptedException;
  }

  private void attempt(Work work) {
    try {
      work.run();
    } catch (TimelineException | SnapshotException e) {
      fail(e.getMessage());
    } catch (IOException e) {
      fail(e + ": look after the disk of " + plan.folder());
    } catch (Throwable e) {
      fail(e);
    }
  }

  /**
   * @param why a line, or something unexpected that was thrown
   */
  private void fail(Object why) {
    synchronized (this) {
      if (stopped) {
        return;
      }
      failure = why;
      failureTime = System.currentTimeMillis();
      failed++;
      failedInARow++;
    }
    untidy = true;
    String line = text(why);
    synchronized (this) {
      if (line.equals(said)) {
        return;
      }
      said = line;
    }
    TimelineStep before = step;
    long began = stepBegan;
    enter(TimelineStep.SAYING); // whoever does not read stderr holds up the timeline
    say("timeline: " + line + "; tried again every " + TimelinePlan.text(plan.every()));
    stepBegan = began;
    step = before;
  }

  private static String text(Object failure) {
    if (failure == null) {
      return "";
    }
    if (failure instanceof OutOfMemoryError e) {
      return "the JVM had no memory for it (" + e.getMessage() + "): give it more";
    }
    if (failure instanceof InterruptedException) {
      return "the host interrupted ramshot's thread: have it interrupt none but its own";
    }
    return failure instanceof Throwable e
        ? "unexpected " + Cause.text(e) + ": please report this"
        : failure.toString();
  }

  /** The status has it as well, where nobody hears it. */
  private void say(String line) {
    try {
      console.accept(line);
    } catch (Throwable e) {
      return;
    }
  }

  /** Looks what is there; what was left over waits for the first tick. */
  void prepare() {
    listed = true;
    attempt(
        () -> {
          enter(TimelineStep.LOOKING);
          show(store.list());
        });
  }

  /** Takes a checkpoint, if nobody takes one now. */
  void tick() {
    attempt(
        () -> {
          if (camera.busy()) {
            skip();
          } else {
            take();
          }
        });
    enter(TimelineStep.WAITING);
  }

  private synchronized void skip() {
    skipped++;
  }

  private void take()
      throws TimelineException, IOException, SnapshotException, InterruptedException {
    enter(TimelineStep.LOOKING);
    if (!own) {
      show(store.list());
      store.requireOwn(camera.guest());
      own = true;
    }
    if (untidy) {
      enter(TimelineStep.TIDYING);
      store.removeParts();
      untidy = false;
    }
    // First, so that the folder does not grow while nothing gives way.
    enter(TimelineStep.MERGING);
    store.finishMerges();
    trim();
    Optional<Checkpoint> parent = parent();
    Path target = store.next();
    String failed;
    enter(TimelineStep.TAKING);
    try {
      failed = camera.take(target, parent.map(Checkpoint::path));
    } catch (SnapshotException e) {
      if (camera.busy()) {
        skip();
        return;
      }
      throw e;
    }
    if (!failed.isEmpty()) {
      throw new TimelineException("checkpoint " + target.getFileName() + " failed: " + failed);
    }
    synchronized (this) {
      taken++;
      increments += parent.isPresent() ? 1 : 0;
      failedInARow = 0;
      said = "";
    }
    enter(TimelineStep.MERGING);
    trim();
  }

  /** What the next checkpoint is an increment on; nothing if it is to be a full one. */
  private synchronized Optional<Checkpoint> parent() {
    if (list.isEmpty() || failedInARow % FULL_AFTER == FULL_AFTER - 1) {
      return Optional.empty();
    }
    return Optional.of(list.get(list.size() - 1)).filter(Checkpoint::isWhole);
  }

  /** Lets the oldest go until no more are left than are kept. */
  private void trim() throws TimelineException, IOException {
    List<Checkpoint> now = store.list();
    show(now);
    while (now.size() > plan.keep()) {
      store.drop(now.get(0), now.get(1));
      synchronized (this) {
        merged++;
      }
      now = store.list();
      show(now);
    }
  }

  private synchronized void show(List<Checkpoint> now) {
    list = now;
  }

  public synchronized TimelineStatus status() {
    Checkpoint oldest = list.isEmpty() ? null : list.get(0);
    Checkpoint newest = list.isEmpty() ? null : list.get(list.size() - 1);
    String last = text(failure);
    return new TimelineStatus(
        plan,
        !stopped,
        list.size(),
        newest == null ? -1 : newest.number(),
        oldest == null ? null : oldest.freezeTime(),
        newest == null ? null : newest.freezeTime(),
        taken,
        increments,
        merged,
        failed,
        skipped,
        failedInARow == 0 ? "" : last,
        last,
        failure == null ? null : Instant.ofEpochMilli(failureTime),
        stopped ? null : nextTime(),
        step.toString(),
        Duration.ofNanos(step == TimelineStep.WAITING ? 0 : System.nanoTime() - stepBegan));
  }

  private Instant nextTime() {
    long left = Math.max(0, next - System.nanoTime());
    return Instant.now().plusNanos(left).truncatedTo(ChronoUnit.MILLIS);
  }

  /**
   * Ends it: no more checkpoints are taken. One that is being taken, or a merge, is not waited for.
   *
   * @return whether it was running
   */
  public synchronized boolean stop() {
    boolean was = !stopped;
    stopped = true;
    notifyAll();
    return was;
  }

  /** Waits for what {@link #stop} does not wait for. */
  public void join(Duration limit) throws InterruptedException {
    RunningTime.join(thread, limit);
  }

  /** Whether it holds the folder no more. */
  public boolean isOver() {
    return over;
  }

  /** {@link #stop}; the folder is free once {@link #join} returns. */
  @Override
  public void close() {
    stop();
    if (thread.getState() == Thread.State.NEW) {
      lock.close();
      over = true;
    }
  }
}
