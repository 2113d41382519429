package io.ramshot;

import io.ramshot.image.ParticipantState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

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
    EXPIRED
  }

  private final Vcpus vcpus;
  private final Guest guest;
  private final Duration timeout;
  private final AtomicReference<Stage> stage = new AtomicReference<>(Stage.WAITING);
  private final CountDownLatch over = new CountDownLatch(1);
  private final List<ParticipantState> states = new ArrayList<>();
  private volatile Participant saving;
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
    Thread watch = new Thread(() -> watch(control), "ramshot-freeze-watch");
    watch.setDaemon(true);
    watch.start();
    /* Asked for outside of the pause: the clock's classes may have to be loaded. */
    Instant wallClock = Instant.now();
    long start = System.nanoTime();
    try {
      vcpus.freeze(timeout);
      long frozen = System.nanoTime();
      gateNanos = frozen - start;
      saveStates();
      stateNanos = System.nanoTime() - frozen;
      if (!stage.compareAndSet(Stage.WAITING, Stage.ARMING)) {
        throw new SnapshotException(lateMessage);
      }
      copyNanos = arming.arm();
    } finally {
      vcpus.thaw();
      totalNanos = System.nanoTime() - start;
      if (gateNanos != 0) {
        time = wallClock.plusNanos(gateNanos);
      }
      over.countDown();
    }
  }

  private volatile String lateMessage;

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
          throw new SnapshotException(lateMessage, e);
        }
        throw cannotSave(participant, e);
      }
    }
    saving = null;
  }

  /** Ends a freeze that lasts too long: the guest never pays. */
  private void watch(Thread control) {
    try {
      /* The vCPUs have a time-out of their own, which comes first and knows more. */
      if (over.await(timeout.toMillis() * 2, TimeUnit.MILLISECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      return;
    }
    Participant late = saving;
    lateMessage =
        "the freeze took longer than "
            + timeout.toMillis() * 2
            + " ms"
            + (late == null ? "" : ", because " + late.name() + " did not finish saving its state")
            + " (at "
            + top(control.getStackTrace())
            + "): mend that, or raise freeze.timeout=";
    if (stage.compareAndSet(Stage.WAITING, Stage.EXPIRED)) {
      vcpus.thaw();
      if (late != null) {
        control.interrupt(); /* it may wait for something that never comes */
      }
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
