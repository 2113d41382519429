package io.ramshot.agent.timeline;

import io.ramshot.RunningTime;
import io.ramshot.SnapshotException;
import io.ramshot.agent.options.TimelinePlan;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A timeline that is being written: takes a checkpoint every so often, and lets the oldest go.
 *
 * <p>Whatever fails is said in one line and tried again at the next tick. Nothing that a tick
 * leaves behind, in whatever place the JVM is killed, keeps a reader from the checkpoints.
 */
public final class Timeline implements AutoCloseable {
  /** Of attempts that fail one after the other, every so many-th is a full image. */
  private static final int FULL_AFTER = 3;

  private final TimelinePlan plan;
  private final Camera camera;
  private final Consumer<String> console;
  private final TimelineLock lock;
  private final TimelineStore store;
  private final Thread thread;

  private long begin;
  private boolean stopped;
  private List<Checkpoint> list = List.of();
  private long taken;
  private long increments;
  private long merged;
  private long failed;
  private long failedInARow;
  private long skipped;
  private String message = "";

  private Timeline(
      TimelinePlan plan,
      Camera camera,
      Consumer<String> console,
      TimelineLock lock,
      TimelineStore store) {
    this.plan = plan;
    this.camera = camera;
    this.console = console;
    this.lock = lock;
    this.store = store;
    this.thread = new Thread(this::run, "ramshot-timeline");
    thread.setDaemon(true);
  }

  /**
   * Begins a timeline, or goes on with the one that is in the folder.
   *
   * @param first how long until the first checkpoint
   * @param console hears one line of whatever somebody should know
   * @throws TimelineException if the folder cannot be made or written, or another JVM writes there
   */
  public static Timeline start(
      TimelinePlan plan, Duration first, Camera camera, Consumer<String> console)
      throws TimelineException {
    Timeline timeline = open(plan, camera, console);
    console.accept(
        "timeline: a checkpoint every "
            + TimelinePlan.text(plan.every())
            + " to "
            + plan.folder()
            + ", "
            + plan.keep()
            + " are kept");
    timeline.begin = System.nanoTime() + first.toNanos();
    timeline.thread.start();
    return timeline;
  }

  /** One that does nothing by itself. */
  static Timeline open(TimelinePlan plan, Camera camera, Consumer<String> console)
      throws TimelineException {
    TimelineStore store = TimelineStore.open(plan.folder());
    return new Timeline(plan, camera, console, TimelineLock.take(plan.folder()), store);
  }

  private void run() {
    try {
      prepare();
      long next = begin;
      while (awaitTick(next)) {
        tick();
        next = nextTick(next);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      synchronized (this) {
        stopped = true;
      }
      lock.close();
    }
  }

  /**
   * @return whether it came; false if the timeline was stopped
   */
  private synchronized boolean awaitTick(long next) throws InterruptedException {
    for (long left; !stopped && (left = next - System.nanoTime()) > 0; ) {
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
    return !stopped;
  }

  /** Those that have come meanwhile are over. */
  private synchronized long nextTick(long last) {
    long every = plan.every().toNanos();
    long next = last + every;
    long late = System.nanoTime() - next;
    if (late >= 0) {
      long missed = late / every + 1;
      skipped += missed;
      next += missed * every;
    }
    return next;
  }

  /** What a tick does, which may fail in many ways. */
  private interface Work {
    void run() throws TimelineException, IOException, SnapshotException, InterruptedException;
  }

  private void attempt(Work work) throws InterruptedException {
    try {
      work.run();
    } catch (TimelineException | SnapshotException e) {
      fail(e.getMessage());
    } catch (IOException e) {
      fail(e + ": look after the disk of " + plan.folder());
    } catch (RuntimeException | Error e) {
      fail("unexpected " + e + ": please report this");
    }
  }

  private void fail(String why) {
    boolean news;
    synchronized (this) {
      if (stopped) {
        return;
      }
      failed++;
      failedInARow++;
      news = !why.equals(message);
      message = why;
    }
    // The same line every few seconds would bury all others.
    if (news) {
      console.accept("timeline: " + why + "; tried again every " + TimelinePlan.text(plan.every()));
    }
  }

  /** Removes what a killed JVM has left; a merge that was cut off waits for the first tick. */
  void prepare() throws InterruptedException {
    attempt(
        () -> {
          store.removeParts();
          show(store.list());
        });
  }

  /** Takes a checkpoint, if nobody takes one now. */
  void tick() throws InterruptedException {
    if (camera.busy()) {
      skip();
    } else {
      attempt(this::take);
    }
  }

  private synchronized void skip() {
    skipped++;
  }

  private void take()
      throws TimelineException, IOException, SnapshotException, InterruptedException {
    // First, so that the folder does not grow while nothing gives way.
    store.finishMerges();
    trim();
    Optional<Checkpoint> parent = parent();
    Path target = store.next();
    String failure;
    try {
      failure = camera.take(target, parent.map(Checkpoint::path));
    } catch (SnapshotException e) {
      if (camera.busy()) {
        skip();
        return;
      }
      throw e;
    }
    if (!failure.isEmpty()) {
      throw new TimelineException("checkpoint " + target.getFileName() + " failed: " + failure);
    }
    synchronized (this) {
      taken++;
      increments += parent.isPresent() ? 1 : 0;
      failedInARow = 0;
      message = "";
    }
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
        message);
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

  /** {@link #stop}; the folder is free once {@link #join} returns. */
  @Override
  public void close() {
    stop();
    if (thread.getState() == Thread.State.NEW) {
      lock.close();
    }
  }
}
