package io.ramshot.hooks;

import io.ramshot.RunningTime;
import io.ramshot.SnapshotException;
import io.ramshot.Vcpus;
import io.ramshot.boot.Gate;
import io.ramshot.image.Frozen;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/**
 * Freezes vCPU threads at the gates. The freezing thread itself may pass, so that saving state can
 * call gated methods.
 */
final class GateVcpus implements Vcpus {

  /** Short quanta end within this, and parking would cost more; in ns. */
  private static final long SPIN_NANOS = 50_000;

  /** A leaving thread wakes the freezer; this bounds what a lost wake-up costs, in ns. */
  private static final long PARK_NANOS = 100_000;

  private static final long UNSEEN_PARK_NANOS = 1_000_000;

  /**
   * A stop that comes between two runs of an engine is lost, so it is repeated; in ns. Each time it
   * takes twice as long, for the host may have to do a lot before the vCPU comes to the gate.
   */
  private static final long STOP_AGAIN_NANOS = 2_000_000;

  private static final long STOP_SELDOM_NANOS = 64_000_000;

  /**
   * After which it is doubted that a thread is inside, in ns: longer than most quanta, for the JVM
   * has to stand still to find out. Then after twice as long each time.
   */
  private static final long DOUBT_NANOS = 50_000_000;

  private static final int FRAMES_SHOWN = 6;

  private final Gates gates;
  private final States states;
  private final Pauses pauses;

  GateVcpus(Gates gates, States states, Pauses pauses) {
    this.gates = gates;
    this.states = states;
    this.pauses = pauses;
  }

  @Override
  public void freeze(Duration timeout) throws SnapshotException {
    if (Gate.isInFirst()) {
      return; /* a restore at launch: nobody has begun, and whoever comes waits for this thread */
    }
    RunningTime time = new RunningTime();
    if (Gate.isBeforeFirst()) {
      throw new SnapshotException(
          "the guest has not started: what must precede its first quantum (a restore, say) is not"
              + " over");
    }
    gates.warnIfNothingCalled();
    pauses.prepare();
    states.pin();
    boolean frozen = false;
    try {
      awaitUnseen(time, timeout);
      if (!Gate.freeze()) {
        throw new SnapshotException("the vCPUs are frozen already: wait for the other snapshot");
      }
      try {
        awaitInside(time, timeout);
        frozen = true;
      } finally {
        pauses.forget();
        if (!frozen) {
          Gate.thaw();
        }
      }
    } finally {
      if (!frozen) {
        states.unpin();
      }
    }
  }

  /** Outside the pause: the gates are open still. */
  private void awaitUnseen(RunningTime time, Duration timeout) throws SnapshotException {
    for (Thread thread; (thread = gates.unseen()) != null; ) {
      if (time.reached(timeout)) {
        throw new SnapshotException(
            "thread \"%s\" has been in a gated method since before ramshot came, and did not leave it within %d ms: gate a method that it calls again and again; it is at %s"
                .formatted(thread.getName(), timeout.toMillis(), stack(thread)));
      }
      park(UNSEEN_PARK_NANOS);
    }
  }

  private void awaitInside(RunningTime time, Duration timeout) throws SnapshotException {
    long start = System.nanoTime();
    long spinUntil = start + SPIN_NANOS;
    long stopAt = start + STOP_AGAIN_NANOS;
    long stopAfter = STOP_AGAIN_NANOS;
    long doubtAfter = DOUBT_NANOS;
    if (Gate.inside() != null) {
      pauses.stop();
    }
    for (Thread thread; (thread = Gate.inside()) != null; ) {
      long now = System.nanoTime();
      boolean late = time.reached(timeout);
      if (late || now - start >= doubtAfter) {
        doubtAfter *= 2;
        if (gates.recover(thread)) {
          continue;
        }
      }
      if (late) {
        throw new SnapshotException(
            "vCPU thread \"%s\" did not end its quantum within %d ms: gate a shorter method, or raise freeze.timeout=; it is at %s"
                .formatted(thread.getName(), timeout.toMillis(), stack(thread)));
      }
      if (now - stopAt >= 0) {
        pauses.stop();
        stopAfter = Math.min(2 * stopAfter, STOP_SELDOM_NANOS);
        stopAt = now + stopAfter;
      }
      if (now - spinUntil < 0) {
        Thread.onSpinWait();
      } else {
        park(PARK_NANOS);
      }
    }
  }

  private void park(long nanos) throws SnapshotException {
    LockSupport.parkNanos(this, nanos);
    if (Thread.currentThread().isInterrupted()) {
      throw new SnapshotException("interrupted while the vCPUs were being frozen");
    }
  }

  private static String stack(Thread thread) {
    StackTraceElement[] frames = thread.getStackTrace();
    return Arrays.stream(frames)
        .limit(FRAMES_SHOWN)
        .map(StackTraceElement::toString)
        .collect(Collectors.joining(" < ", "", frames.length > FRAMES_SHOWN ? " < ..." : ""));
  }

  /** A gate to which nobody ever came has stopped nobody. */
  @Override
  public Frozen frozen() {
    return Gate.anyoneCame() ? Frozen.GATES : Frozen.NOBODY;
  }

  @Override
  public void thaw() {
    Gate.thaw();
    states.unpin();
  }
}
