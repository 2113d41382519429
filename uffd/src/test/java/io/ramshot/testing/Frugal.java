package io.ramshot.testing;

import com.sun.management.ThreadMXBean;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;

/** Runs a reader on one input, and fails if it takes more memory than the input can account for. */
public final class Frugal {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final BufferPoolMXBean DIRECT =
      ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
          .filter(pool -> pool.getName().equals("direct"))
          .findFirst()
          .orElseThrow();

  /** What reads. */
  @FunctionalInterface
  public interface Body {
    void run() throws Exception;
  }

  private Frugal() {}

  /**
   * @param heapBytes most that may be allocated in all, garbage included
   * @param directBytes most direct memory that may be held at its end; what it gives back before is
   *     bounded by -XX:MaxDirectMemorySize only
   */
  public static void run(long heapBytes, long directBytes, Body body) throws Exception {
    if (measure(body, heapBytes, directBytes) != null) {
      // The first run may have loaded classes.
      AssertionError failure = measure(body, heapBytes, directBytes);
      if (failure != null) {
        throw failure;
      }
    }
  }

  private static AssertionError measure(Body body, long heapBytes, long directBytes)
      throws Exception {
    long heap = THREADS.getCurrentThreadAllocatedBytes();
    long direct = DIRECT.getMemoryUsed();
    body.run();
    long heapTaken = THREADS.getCurrentThreadAllocatedBytes() - heap;
    long directTaken = DIRECT.getMemoryUsed() - direct;
    return heapTaken > heapBytes || directTaken > directBytes
        ? new AssertionError(
            String.format(
                "took %d bytes of heap and %d of direct memory, not %d and %d",
                heapTaken, directTaken, heapBytes, directBytes))
        : null;
  }
}
