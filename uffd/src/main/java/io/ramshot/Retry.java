package io.ramshot;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Runs what must be done at the end of a snapshot, whatever is thrown: memory that is used up just
 * now is there a moment later. Allocates nothing itself.
 */
final class Retry {
  private static final int TRIES = 3;

  /** Of a host whose heap is full; 10 s in all. */
  private static final int TRIES_WITHOUT_MEMORY = 200;

  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private Retry() {}

  /**
   * @param step may be run again from its beginning
   * @return whether it came to its end
   */
  static boolean run(Runnable step) {
    int without = 0;
    int failures = 0;
    while (failures < TRIES && without < TRIES_WITHOUT_MEMORY) {
      try {
        step.run();
        return true;
      } catch (OutOfMemoryError e) {
        without++;
      } catch (Throwable e) {
        failures++;
      }
      pause();
    }
    return false;
  }

  /** A moment, also for a thread that has been interrupted. */
  static void pause() {
    boolean interrupted = Thread.interrupted();
    LockSupport.parkNanos(PAUSE_NANOS);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
