package io.ramshot.hooks;

import io.ramshot.RunningTime;
import java.time.Duration;

/**
 * Whose call is looked at: one thread's at a time, and the next one's when that takes too long. So
 * a turn that is never given back, because an error came before, costs one wait.
 */
final class Turn {

  private Thread holder;

  /**
   * Waits for the turn, and takes it over in the end.
   *
   * @return whether it is to be given back: not if this thread has it already, or was interrupted
   */
  synchronized boolean take(Duration limit) {
    Thread me = Thread.currentThread();
    if (holder == me) {
      return false;
    }
    try {
      new RunningTime().await(this::isFreeWithin, limit);
    } catch (InterruptedException e) {
      me.interrupt();
      return false;
    }
    holder = me;
    return true;
  }

  private synchronized boolean isFreeWithin(long nanos) throws InterruptedException {
    if (holder != null && nanos > 0) {
      wait(nanos / 1_000_000 + 1);
    }
    return holder == null;
  }

  /** Gives it back, unless it was taken over. */
  synchronized void give() {
    if (holder == Thread.currentThread()) {
      holder = null;
      notifyAll();
    }
  }
}
