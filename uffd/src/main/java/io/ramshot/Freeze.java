package io.ramshot;

import io.ramshot.image.ParticipantState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * The freeze: vCPUs are parked, participants save, RAM is armed, vCPUs run again. Should somebody
 * take too long before arming, a watch lets the vCPUs run and the snapshot is refused.
 */
final class Freeze {
  /** What is done once everything stands still. */
  interface Arming {
    /** How long was spent on copies of RAM before it, in ns. */
    long arm() throws SnapshotException;
  }

  private enum Stage {
    WAITING,
    ARMING,
    ARMED,
    EXPIRED
  }

  private final Vcpus vcpus;
  private final Guest guest;
  private final Duration timeout;
  private final AtomicReference<Stage> stage = new AtomicReference<>(Stage.WAITING);
  private final CountDownLatch over = new CountDownLatch(1);
  private final List<ParticipantState> states = new ArrayList<>();
  private final CountDownLatch watching = new CountDownLatch(1);
  private Thread watch;
  private volatile Participant saving;
  private volatile String lateMessage;
  private volatile Instant time;
  private volatile long gateNanos;
  private volatile long stateNanos;
  private volatile long copyNanos;
  private volatile long totalNanos;

  Freeze(Guest guest, Duration timeout) {
    this.guest = guest;
    this.vcpus = guest.vcpus();
    this.timeout = timeout;
  }

  void run(Arming arming) throws SnapshotException {
    prepareParticipants();
    Thread control = Thread.currentThread();
    watch = new Thread(() -> watch(control), "ramshot-freeze-watch");
    watch.setDaemon(true);
    watch.start();
    awaitUninterruptibly(watching);
    /* Asked for outside of the pause: the clock's classes may have to be loaded. */
    Instant wallClock = Instant.now();
    long start = System.nanoTime();
    try {
      vcpus.freeze(timeout);
      long frozen = System.nanoTime();
      gateNanos = frozen - start;
      saveStates();
      long saved = System.nanoTime();
      stateNanos = saved - frozen;
      vcpus.hold(timeout);
      gateNanos += System.nanoTime() - saved;
      if (!stage.compareAndSet(Stage.WAITING, Stage.ARMING)) {
        throw tooLate(null);
      }
      copyNanos = arming.arm();
      if (!stage.compareAndSet(Stage.ARMING, Stage.ARMED)) {
        throw tooLate(null); /* the guest ran while it was being armed */
      }
    } catch (SnapshotException e) {
      throw stage.get() == Stage.EXPIRED ? explained(e) : e;
    } finally {
      vcpus.thaw();
      totalNanos = System.nanoTime() - start;
      if (gateNanos != 0) {
        time = wallClock.plusNanos(gateNanos);
      }
      over.countDown();
      LockSupport.unpark(watch);
    }
  }

  /** What can be done while the guest runs is no part of the pause. */
  private void prepareParticipants() throws SnapshotException {
    for (Participant participant : guest.participants()) {
      try {
        participant.prepare();
      } catch (Exception e) {
        throw cannotSave(participant, e);
      }
    }
  }

  private static SnapshotException cannotSave(Participant participant, Exception e) {
    return new SnapshotException(participant.name() + " could not save its state (" + e + ")", e);
  }

  private void saveStates() throws SnapshotException {
    /* Asked for only now: vCPUs that still ran may have made or dropped some. */
    for (Participant participant : guest.participants()) {
      saving = participant;
      try {
        byte[] bytes = participant.save();
        if (bytes == null) {
          throw new SnapshotException(
              participant.name() + " saved nothing: save must return bytes");
        }
        states.add(new ParticipantState(participant.name(), bytes));
      } catch (SnapshotException e) {
        throw e;
      } catch (Exception e) {
        if (stage.get() == Stage.EXPIRED) {
          throw tooLate(e);
        }
        throw cannotSave(participant, e);
      }
    }
    saving = null;
  }

  /**
   * Ends a freeze that lasts too long: the guest never pays. Up to the thaw this must work while
   * the host's threads are suspended, whatever locks they hold and however full the heap is: it
   * loads no class and allocates nothing.
   */
  private void watch(Thread control) {
    RunningTime.Waiting thawed = this::awaitThaw;
    RunningTime time = new RunningTime();
    try {
      time.await(thawed, Duration.ZERO);
      watching.countDown();
      /* Twice: the vCPUs have a time-out of their own, which comes first and knows more. */
      for (int i = 0; i < 2; i++) {
        time.restart();
        if (time.await(thawed, timeout)) {
          return;
        }
      }
    } catch (InterruptedException e) {
      return;
    }
    Participant late = saving;
    if (!stage.compareAndSet(Stage.WAITING, Stage.EXPIRED)
        && !stage.compareAndSet(Stage.ARMING, Stage.EXPIRED)) {
      return;
    }
    vcpus.thaw();
    lateMessage =
        "the freeze took longer than "
            + 2 * timeout.toMillis()
            + " ms"
            + (late == null ? "" : ", because " + late.name() + " did not finish saving its state")
            + " (at "
            + top(control.getStackTrace())
            + "): mend that, or raise freeze.timeout=";
    control.interrupt(); /* it may wait for something that never comes */
  }

  /** Waiting for the latch itself would allocate, each time anew. */
  private boolean awaitThaw(long nanos) throws InterruptedException {
    LockSupport.parkNanos(this, nanos);
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    return over.getCount() == 0;
  }

  private static SnapshotException tooLate(Exception cause) {
    return new SnapshotException("the freeze took too long", cause);
  }

  /** What the watch has to say; it interrupted this thread on the way. */
  private SnapshotException explained(Exception cause) {
    boolean gone = false;
    while (!gone) {
      try {
        watch.join();
        gone = true;
      } catch (InterruptedException e) {
        continue;
      }
    }
    Thread.interrupted();
    return new SnapshotException(lateMessage, cause);
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    boolean interrupted = false;
    while (latch.getCount() > 0) {
      try {
        latch.await();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static String top(StackTraceElement[] stack) {
    return stack.length == 0 ? "unknown" : stack[0].toString();
  }

  /** What the participants saved; valid after {@link #run}. */
  List<ParticipantState> states() {
    return states;
  }

  /** By the wall clock, or null if it was not reached. */
  Instant time() {
    return time;
  }

  long gateNanos() {
    return gateNanos;
  }

  long stateNanos() {
    return stateNanos;
  }

  long copyNanos() {
    return copyNanos;
  }

  /** 0 before the vCPUs run again. */
  long totalNanos() {
    return totalNanos;
  }
}
