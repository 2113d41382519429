package io.ramshot.boot;

import java.lang.ref.WeakReference;

/**
 * One thread's presence behind the gates. Padded: its own thread writes it twice a quantum.
 *
 * <p>Public for the advice in gated methods, which puts {@link #depth} right without a call.
 */
public final class GateCell extends GateCellFields {
  long p20, p21, p22, p23, p24, p25, p26, p27, p28, p29, p2a, p2b, p2c, p2d, p2e, p2f;

  GateCell(Thread thread) {
    super(thread);
  }
}

/** Keeps 128 bytes in front: adjacent cache lines are fetched in pairs. */
class GateCellPadding {
  long p00, p01, p02, p03, p04, p05, p06, p07, p08, p09, p0a, p0b, p0c, p0d, p0e, p0f;
}

/** The fields that matter, between the paddings: a subclass's fields come after its parent's. */
class GateCellFields extends GateCellPadding {
  /**
   * Gated methods the thread is inside of. Only its own thread writes it, and volatile only where
   * something was thrown: else by way of {@link Gate}, as weakly as will do.
   */
  public volatile int depth;

  /** Whether the thread is parked, or about to park, at a closed gate. */
  volatile boolean waiting;

  /** Whether the thread was interrupted while it waited, and does not know it yet. */
  boolean interrupted;

  private final WeakReference<Thread> thread;

  GateCellFields(Thread thread) {
    this.thread = new WeakReference<>(thread);
  }

  /** Null once the thread is dead. */
  final Thread thread() {
    Thread t = thread.get();
    return t != null && t.isAlive() ? t : null;
  }
}
