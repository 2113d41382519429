package io.ramshot.bench.worker;

import io.ramshot.SnapshotException;
import io.ramshot.Vcpus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Freezes guest threads between two quanta, the same way for every contender, and keeps the time.
 *
 * <p>A thread says that it is inside with a full fence and only then looks whether the gate is
 * closed; whoever closes it does so with a full fence and only then looks who is inside.
 */
final class Gate implements Vcpus {

  /** Quanta are shorter than this, and parking would cost more; in ns. */
  private static final long SPIN_NANOS = 50_000;

  private static final long FREEZER_PARK_NANOS = 100_000;

  /** A lost wake-up is not expected; should there be one, it costs this much, in ns. */
  private static final long GUEST_PARK_NANOS = 100_000_000;

  /** One guest thread's place at the gate. */
  static final class Place {
    private volatile boolean inside;
    private volatile Thread parked;
  }

  private final List<Place> places = new ArrayList<>();
  private final Runnable atClose;
  private volatile boolean closed;
  private volatile Thread freezer;

  private volatile long closeNanos;
  private volatile long frozenNanos;
  private volatile long openNanos;

  /**
   * @param atClose run by the freezing thread before anything else
   */
  Gate(Runnable atClose) {
    this.atClose = atClose;
  }

  /** Before the guest starts. */
  Place place() {
    Place place = new Place();
    places.add(place);
    return place;
  }

  /** A guest thread before each quantum. */
  void enter(Place place) {
    place.inside = true;
    while (closed) {
      place.inside = false;
      place.parked = Thread.currentThread();
      LockSupport.unpark(freezer);
      while (closed) {
        LockSupport.parkNanos(this, GUEST_PARK_NANOS);
      }
      place.parked = null;
      place.inside = true;
    }
  }

  /** And after it. */
  void leave(Place place) {
    place.inside = false;
    if (closed) {
      LockSupport.unpark(freezer);
    }
  }

  @Override
  public void freeze(Duration timeout) throws SnapshotException {
    long now = System.nanoTime();
    closeNanos = now;
    atClose.run();
    freezer = Thread.currentThread();
    closed = true;
    for (Place place : places) {
      while (place.inside) {
        long waited = System.nanoTime() - now;
        if (waited > timeout.toNanos()) {
          thaw();
          throw new SnapshotException("a guest thread did not stand still within " + timeout);
        }
        if (waited < SPIN_NANOS) {
          Thread.onSpinWait();
        } else {
          LockSupport.parkNanos(this, FREEZER_PARK_NANOS);
        }
      }
    }
    frozenNanos = System.nanoTime();
  }

  @Override
  public void thaw() {
    freezer = null;
    closed = false;
    for (Place place : places) {
      LockSupport.unpark(place.parked);
    }
    openNanos = System.nanoTime();
  }

  /** When the newest freeze was asked for, in ns. */
  long closeNanos() {
    return closeNanos;
  }

  /** When every guest thread stood still, in ns. */
  long frozenNanos() {
    return frozenNanos;
  }

  /** When the guest could run again, in ns. */
  long openNanos() {
    return openNanos;
  }
}
