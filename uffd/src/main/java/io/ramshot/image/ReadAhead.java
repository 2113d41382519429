package io.ramshot.image;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Has the next frames unpacked by threads of its own while a reader goes on from frame to frame.
 * Readers never wait for these threads unless one is unpacking the very frame that they want.
 */
final class ReadAhead implements AutoCloseable {

  /** Unpacks a frame, so that a reader finds it; says nothing of failures: the reader will. */
  interface Target {
    void prepare(int frame);

    /** Whether a frame takes so long to unpack that it is worth a thread. */
    boolean isDear(int frame);
  }

  /** A reader that leaves out this many frames, because they hold nothing, still goes on. */
  private static final int STRIDE = 64;

  private static final int IDLE_SECONDS = 1;

  private final Target target;
  private final int frames;
  private final int distance;
  private final ThreadPoolExecutor threads;
  private int last = -2;
  private int asked;
  private volatile int reader;

  /**
   * @param frames of the file
   * @param threads at most; they end when there is nothing to do for them
   * @param distance how many frames are prepared ahead of a reader
   */
  ReadAhead(Target target, int frames, int threads, int distance) {
    this.target = target;
    this.frames = frames;
    this.distance = distance;
    AtomicInteger number = new AtomicInteger();
    this.threads =
        new ThreadPoolExecutor(
            threads,
            threads,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            work -> {
              Thread thread = new Thread(work, "ramshot-unpack-" + number.getAndIncrement());
              thread.setDaemon(true);
              thread.setContextClassLoader(null);
              return thread;
            });
    this.threads.allowCoreThreadTimeOut(true);
  }

  /** Called by a reader before it takes a frame. */
  synchronized void at(int frame) {
    if (frame == last) {
      return;
    }
    boolean goesOn = frame > last && frame - last <= STRIDE && last >= 0;
    last = frame;
    reader = frame;
    if (!goesOn) {
      asked = frame;
      return;
    }
    int next = Math.max(asked, frame) + 1;
    for (; next < frames && next - frame <= distance; next++) {
      if (target.isDear(next)) {
        ask(next);
      }
    }
    asked = next - 1;
  }

  private void ask(int frame) {
    try {
      threads.execute(
          () -> {
            if (frame >= reader) { // else it was faster
              target.prepare(frame);
            }
          });
    } catch (RejectedExecutionException e) {
      return; // closed: the reader's next read says so
    }
  }

  @Override
  public void close() {
    threads.getQueue().clear();
    threads.shutdown();
  }
}
