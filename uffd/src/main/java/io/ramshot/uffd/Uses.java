package io.ramshot.uffd;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts who uses a piece of native memory, so that the last to leave frees it once it is closed.
 *
 * <p>No lock: a thread that never leaves keeps the memory, and nobody waiting.
 */
public final class Uses {
  /** Beside the count of users. */
  private static final int CLOSED = Integer.MIN_VALUE;

  private final AtomicInteger state = new AtomicInteger();
  private final Runnable free;

  /**
   * @param free called once, by the last user or by {@link #close}
   */
  public Uses(Runnable free) {
    this.free = free;
  }

  /**
   * Keeps the memory until {@link #leave}.
   *
   * @return false if it is closed: then it must not be touched
   */
  public boolean enter() {
    int now;
    do {
      now = state.get();
      if (now < 0) {
        return false;
      }
    } while (!state.compareAndSet(now, now + 1));
    return true;
  }

  /** After each {@link #enter} that returned true. */
  public void leave() {
    if (state.decrementAndGet() == CLOSED) {
      free.run();
    }
  }

  /** Lets nobody enter any more. Harmless again. */
  public void close() {
    int now;
    do {
      now = state.get();
      if (now < 0) {
        return;
      }
    } while (!state.compareAndSet(now, now | CLOSED));
    if (now == 0) {
      free.run();
    }
  }
}
