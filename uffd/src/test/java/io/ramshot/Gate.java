package io.ramshot;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Parks guest threads between two quanta, and looks at the guest while all stand still. */
final class Gate implements Vcpus {
  private final int vcpus;
  private final Runnable atFreeze;
  private volatile boolean closed;
  private int parked;

  /**
   * @param vcpus how many threads pass it
   * @param atFreeze run while all of them are parked
   */
  Gate(int vcpus, Runnable atFreeze) {
    this.vcpus = vcpus;
    this.atFreeze = atFreeze;
  }

  /** Every vCPU, between two quanta. */
  void pass() {
    if (closed) {
      park();
    }
  }

  private synchronized void park() {
    parked++;
    notifyAll();
    while (closed) {
      hold(0);
    }
    parked--;
  }

  private void hold(long millis) {
    try {
      wait(millis);
    } catch (InterruptedException e) {
      throw new AssertionError("nobody interrupts a guest", e);
    }
  }

  @Override
  public synchronized void freeze(Duration timeout) throws SnapshotException {
    long deadline = System.nanoTime() + timeout.toNanos();
    closed = true;
    while (parked < vcpus) {
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (left <= 0) {
        thaw();
        throw new SnapshotException("a vCPU did not reach its gate within " + timeout);
      }
      hold(left);
    }
    atFreeze.run();
  }

  @Override
  public synchronized void thaw() {
    closed = false;
    notifyAll();
  }
}
