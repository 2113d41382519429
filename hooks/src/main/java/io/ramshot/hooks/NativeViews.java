package io.ramshot.hooks;

import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Notices when buffers over native memory are collected, which is the only hint there is that the
 * memory has no more use.
 */
final class NativeViews {

  /** A buffer, until it is collected. */
  private static final class View extends PhantomReference<Object> {
    final Allocation allocation;

    View(Object buffer, Allocation allocation, ReferenceQueue<Object> queue) {
      super(buffer, queue);
      this.allocation = allocation;
    }
  }

  private final Consumer<Allocation> collected;
  private final ReferenceQueue<Object> queue = new ReferenceQueue<>();
  private final Set<View> watched = ConcurrentHashMap.newKeySet();
  private Thread thread;
  private boolean closed;

  /**
   * @param collected told once a buffer, by a thread of its own; it may wait for a snapshot
   */
  NativeViews(Consumer<Allocation> collected) {
    this.collected = collected;
  }

  void watch(Object buffer, Allocation allocation) {
    watched.add(new View(buffer, allocation, queue));
    synchronized (this) {
      if (thread == null && !closed) {
        thread = new Thread(null, this::run, "ramshot-buffers", 0, false);
        thread.setDaemon(true);
        thread.start();
      }
    }
  }

  private void run() {
    try {
      while (true) {
        View view = (View) queue.remove();
        watched.remove(view);
        collected.accept(view.allocation);
      }
    } catch (InterruptedException e) {
      return;
    }
  }

  void close() {
    Thread running;
    synchronized (this) {
      closed = true;
      running = thread;
    }
    if (running != null) {
      running.interrupt();
    }
  }
}
