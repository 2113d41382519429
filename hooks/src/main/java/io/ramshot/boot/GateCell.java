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

  /** Nobody doubts {@link #depth}. */
  static final int NO_DOUBT = 0;

  /** It is being looked whether the thread is inside at all: it must come to no gate meanwhile. */
  static final int SUSPECTED = 1;

  /** The thread was seen outside, and is until it comes to a gate again. */
  static final int OUTSIDE = 2;

  /** The thread has come to no gate, or only in order to freeze. */
  static final int NEW = 3;

  /** What a freezer thinks of a {@link #depth} above 0; or that there never was one. */
  volatile int doubt = NEW;

  /** Whether the thread is parked, or about to park, at a closed gate. */
  volatile boolean waiting;

  /** Whether the thread was interrupted while it waited, and does not know it yet. */
  boolean interrupted;

  private final WeakReference<Thread> thread;

  GateCellFields(Thread thread) {
    this.thread = new WeakReference<>(thread);
  }

  /** Whether it is in a quantum. */
  final boolean isInside() {
    return depth != 0 && doubt != OUTSIDE;
  }

  /**
   * Ends what {@link Gate#suspect} began. Its thread waits for that, so this must be called
   * whatever happens, and can fail in no way once it has been.
   *
   * @param outside whether the thread was seen in no gated method, or only on its way into one by
   *     {@link Gate#cell}
   */
  public final void judge(boolean outside) {
    doubt = outside ? OUTSIDE : NO_DOUBT;
  }

  /** Null once the thread is dead. */
  final Thread thread() {
    Thread t = thread.get();
    return t != null && t.isAlive() ? t : null;
  }
}
