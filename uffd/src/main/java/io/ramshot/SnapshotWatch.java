package io.ramshot;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The thread that ends a snapshot when the one that takes it cannot: because it hangs in code of
 * the host, in a dead disk, or has died. It calls nothing that could keep it for long.
 *
 * <p>Limits are by {@link RunningTime}: of the freeze and of each call of the host's code, twice
 * the freeze time-out, for the vCPUs have a time-out of their own, which comes first and knows
 * more; of a cancel, {@link #CANCEL_LIMIT}; of a step of ramshot's own, {@link
 * RunningSnapshot#patience}.
 */
final class SnapshotWatch implements Runnable {
  /** Of the second that a cancel may take, what is left to the snapshot's own thread. */
  private static final Duration CANCEL_LIMIT = Duration.ofMillis(200);

  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(RunningTime.LOOK_MILLIS);

  private final RunningSnapshot snapshot;
  private final HostCall call;
  private final Duration hostLimit;
  private final Thread thread = new Thread(this, "ramshot-snapshot-watch");
  private final RunningTime sinceCancel = new RunningTime();
  private final RunningTime sinceFreeze = new RunningTime();
  private final RunningTime sinceCall = new RunningTime();
  private final RunningTime sinceProgress = new RunningTime();
  private boolean cancelled;
  private boolean freezing;
  private int calls;
  private long progress = -1;
  private volatile boolean looked;

  /**
   * @param call that the snapshot's own thread is in
   */
  SnapshotWatch(RunningSnapshot snapshot, HostCall call, Duration freezeTimeout) {
    this.snapshot = snapshot;
    this.call = call;
    this.hostLimit = twice(freezeTimeout);
    thread.setDaemon(true);
  }

  private static Duration twice(Duration timeout) {
    try {
      return timeout.multipliedBy(2);
    } catch (ArithmeticException e) {
      return timeout;
    }
  }

  void start() {
    thread.start();
  }

  /**
   * Returns once it watches: before that nobody could end a freeze. All that it does in one has
   * been loaded by then.
   *
   * @throws SnapshotException if it does not come to that
   */
  void requireLooking(Duration limit) throws SnapshotException {
    RunningTime waited = new RunningTime();
    while (!looked) {
      if (!thread.isAlive() || waited.reached(limit)) {
        throw new SnapshotException("the snapshot's watch does not run: please report this");
      }
      LockSupport.parkNanos(LOOK_NANOS / 20);
    }
  }

  /** Something has happened that it should look at. */
  void wake() {
    LockSupport.unpark(thread);
  }

  @Override
  public void run() {
    while (!snapshot.isOver()) {
      try {
        look();
      } catch (Throwable e) {
        Retry.pause(); /* memory is used up, say: it looks again */
      }
      looked = true;
      LockSupport.parkNanos(this, LOOK_NANOS);
    }
  }

  private void look() {
    Reason reason = reason();
    if (reason != Reason.NONE) {
      snapshot.takeOver(
          reason, reason == Reason.STEP ? Duration.ofNanos(snapshot.patience()) : hostLimit);
    }
  }

  /**
   * Allocates nothing and, from the second time on, loads no class: in a freeze that may have to
   * wait for a thread that is suspended.
   */
  private Reason reason() {
    if (snapshot.hasDied()) {
      return Reason.DIED;
    }
    if (cancelIsOver()) {
      return Reason.CANCELLED;
    }
    if (freezeIsOver()) {
      return Reason.FREEZE;
    }
    if (callIsOver()) {
      return Reason.CALL;
    }
    return standsStill() ? Reason.STEP : Reason.NONE;
  }

  private boolean cancelIsOver() {
    if (!cancelled) {
      cancelled = snapshot.isCancelled();
      sinceCancel.restart();
    }
    return cancelled && sinceCancel.reached(CANCEL_LIMIT);
  }

  private boolean freezeIsOver() {
    boolean before = freezing;
    freezing = snapshot.isFreezing();
    if (freezing && !before) {
      sinceFreeze.restart();
    }
    return freezing && sinceFreeze.reached(hostLimit);
  }

  private boolean callIsOver() {
    if (!call.underWay() || call.count() != calls) {
      calls = call.count();
      sinceCall.restart();
      return false;
    }
    return sinceCall.reached(hostLimit);
  }

  private boolean standsStill() {
    long now = snapshot.progress();
    if (now != progress) {
      progress = now;
      sinceProgress.restart();
    }
    return sinceProgress.nanos() >= snapshot.patience();
  }

  /** Why a snapshot is taken over. */
  enum Reason {
    NONE,
    DIED,
    CANCELLED,
    FREEZE,
    CALL,
    STEP
  }
}
