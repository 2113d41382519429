package io.ramshot;

import io.ramshot.image.Frozen;
import io.ramshot.image.ParticipantState;
import io.ramshot.text.Cause;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;

/**
 * The freeze: vCPUs are parked, participants save, RAM is armed, vCPUs run again. Should somebody
 * take too long, the snapshot's {@link SnapshotWatch} lets the vCPUs run and ends the snapshot; so
 * whoever comes back from code of the host asks first whether it is still his.
 */
final class Freeze {
  /** What is done once everything stands still. */
  interface Arming {
    /** How long was spent on copies of RAM before it, in ns. */
    long arm() throws SnapshotException;
  }

  /** Whether the snapshot still belongs to the thread that asks. */
  interface Mine {
    boolean isMine();
  }

  /**
   * Whoever has just slept is given a processor before others who did not: on a machine whose cores
   * are all taken, that kept half of all freezes from being preempted; in ns.
   */
  private static final long REST_NANOS = 50_000;

  private final Guest guest;
  private final Duration timeout;
  private final HostCall call;
  private final Mine mine;
  private final Thaw thaw = new Thaw();
  private Vcpus vcpus;
  private String vcpusName;
  private final List<ParticipantState> states = new ArrayList<>();

  /** From before the vCPUs are asked until they run again. */
  private volatile boolean underWay;

  private volatile Frozen frozen;
  private volatile Instant time;
  private volatile long gateNanos;
  private volatile long stateNanos;
  private volatile long copyNanos;
  private volatile long totalNanos;

  /**
   * @param call where the host's code is noted
   */
  Freeze(Guest guest, Duration timeout, HostCall call, Mine mine) {
    this.guest = guest;
    this.timeout = timeout;
    this.call = call;
    this.mine = mine;
  }

  /** Long before {@link #run}: has ready what that will need. */
  void prepare() {
    thaw.start();
  }

  void run(Arming arming) throws SnapshotException {
    prepareParticipants();
    thaw.requireReady();
    vcpus = guest.vcpus();
    vcpusName = vcpus.getClass().getName();
    /* Asked for outside of the pause: the clock's classes may have to be loaded. */
    Instant wallClock = Instant.now();
    LockSupport.parkNanos(REST_NANOS);
    long start = System.nanoTime();
    underWay = true;
    thaw.begin(vcpus, vcpusName);
    try {
      freezeVcpus(false);
      long frozen = System.nanoTime();
      gateNanos = frozen - start;
      saveStates();
      long saved = System.nanoTime();
      stateNanos = saved - frozen;
      freezeVcpus(true);
      gateNanos += System.nanoTime() - saved;
      copyNanos = arming.arm();
    } finally {
      if (mine.isMine()) {
        thaw.run(call);
      }
      totalNanos = System.nanoTime() - start;
      if (gateNanos != 0) {
        time = wallClock.plusNanos(gateNanos);
      }
      underWay = false;
    }
    requireMine(); /* or the guest ran while it was being armed */
  }

  /** What can be done while the guest runs is no part of the pause. */
  private void prepareParticipants() throws SnapshotException {
    for (Map.Entry<String, Participant> entry : guest.namedParticipants().entrySet()) {
      enter(entry.getValue(), entry.getKey(), HostCall.Kind.PREPARE);
      try {
        entry.getValue().prepare();
        /* Checks the name, and has the code loaded that the pause would wait for. */
        new ParticipantState(entry.getKey(), new byte[0]);
      } catch (Throwable e) {
        throw cannotSave(entry.getKey(), e);
      } finally {
        call.leave();
      }
    }
  }

  /** What is no exception of the host's, but a refusal in words, is told as it is. */
  private static SnapshotException cannotSave(String name, Throwable e) {
    if (e instanceof SnapshotException refusal) {
      return refusal;
    }
    return new SnapshotException(
        name
            + " could not save its state ("
            + Cause.text(e)
            + "): that is the host's code, mend it there",
        e);
  }

  /**
   * @param hold the second half: what else could write to RAM
   */
  private void freezeVcpus(boolean hold) throws SnapshotException {
    enter(vcpus, vcpusName, HostCall.Kind.FREEZE);
    try {
      if (hold) {
        vcpus.hold(timeout);
        frozen = Objects.requireNonNull(vcpus.frozen(), "frozen() gave null");
      } else {
        vcpus.freeze(timeout);
      }
    } catch (SnapshotException e) {
      throw e;
    } catch (Throwable e) {
      throw new SnapshotException(
          "the vCPUs could not be frozen (" + Cause.text(e) + "): mend " + vcpusName, e);
    } finally {
      if (!mine.isMine()) {
        vcpus.thaw(); /* whoever ended the snapshot has thawed before they were frozen */
      }
      call.leave();
    }
    requireMine();
  }

  private void saveStates() throws SnapshotException {
    /* Asked for only now: vCPUs that still ran may have made or dropped some. */
    for (Map.Entry<String, Participant> entry : guest.namedParticipants().entrySet()) {
      String name = entry.getKey();
      Participant participant = entry.getValue();
      guest.requireReturned(participant);
      enter(participant, name, HostCall.Kind.SAVE);
      byte[] bytes;
      try {
        bytes = participant.save();
      } catch (Throwable e) {
        if (participant.isGone()) {
          continue;
        }
        throw cannotSave(name, e);
      } finally {
        call.leave();
      }
      requireMine();
      if (bytes == null) {
        throw new SnapshotException(name + " saved nothing: save must return bytes");
      }
      states.add(new ParticipantState(name, bytes));
    }
  }

  /** Nothing of the host is called for a snapshot that has been given up. */
  private void enter(Object callee, String name, HostCall.Kind kind) throws SnapshotException {
    call.enter(callee, name, kind);
    if (!mine.isMine()) {
      call.leave();
      requireMine();
    }
  }

  private void requireMine() throws SnapshotException {
    if (!mine.isMine()) {
      throw new SnapshotException("the freeze took too long");
    }
  }

  boolean underWay() {
    return underWay;
  }

  Thaw thaw() {
    return thaw;
  }

  /** What the participants saved; valid after {@link #run}. */
  List<ParticipantState> states() {
    return states;
  }

  /** Whom it stopped, or null if it was not reached. */
  Frozen frozen() {
    return frozen;
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
