package io.ramshot.demo;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;

/**
 * How far the edge guest has come, over time: its own count of steps, read from its RAM every two
 * milliseconds, from outside.
 *
 * <p>The guest brings the count up to date after each 4096 pages, some 0.5 ms.
 */
final class Speedometer implements AutoCloseable {
  private static final long PERIOD_NANOS = 2_000_000;

  private static final long FASTEST_NANOS = 100_000_000;

  private final GuestMemory memory;
  private final Thread thread = new Thread(this::run, "speedometer");
  private volatile boolean closed;

  private long[] times = new long[1 << 14];
  private long[] counts = new long[1 << 14];
  private int size;

  Speedometer(GuestMemory memory) {
    this.memory = memory;
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    ByteBuffer buffer = ByteBuffer.allocateDirect(Long.BYTES);
    try {
      while (!closed) {
        long before = System.nanoTime();
        long count = memory.word(EdgeImage.STEPS, buffer);
        add(before + (System.nanoTime() - before) / 2, count);
        LockSupport.parkNanos(PERIOD_NANOS);
      }
    } catch (IOException | RuntimeException e) {
      // The machine is gone; whoever asks for more than there is will hear of it.
    }
  }

  private synchronized void add(long time, long count) {
    if (size == times.length) {
      times = Arrays.copyOf(times, 2 * size);
      counts = Arrays.copyOf(counts, 2 * size);
    }
    times[size] = time;
    counts[size++] = count;
  }

  /** The newest count. */
  synchronized long steps() {
    return size == 0 ? 0 : counts[size - 1];
  }

  /** When the guest had counted that far and not farther, in ns: the last look that saw no more. */
  synchronized long lastTimeAt(long steps) throws DemoException {
    int last = -1;
    for (int i = 0; i < size && counts[i] <= steps; i++) {
      last = i;
    }
    DemoException.require(
        last >= 0 && last + 1 < size, "the guest was never seen at its step %d", steps);
    return times[last];
  }

  /** Steps per second between two times in ns, interpolated between looks. */
  synchronized double speed(long from, long to) throws DemoException {
    return (stepsAt(to) - stepsAt(from)) * Units.NANOS_PER_SECOND / (to - from);
  }

  /** The highest speed so far over a tenth of a second, in steps per second. */
  synchronized double fastest() {
    double fastest = 0;
    for (int from = 0, to = 0; to < size; to++) {
      while (times[to] - times[from] > FASTEST_NANOS) {
        fastest =
            Math.max(
                fastest,
                (counts[to] - counts[from]) * Units.NANOS_PER_SECOND / (times[to] - times[from]));
        from++;
      }
    }
    return fastest;
  }

  private double stepsAt(long time) throws DemoException {
    int at = Arrays.binarySearch(times, 0, size, time);
    if (at >= 0) {
      return counts[at];
    }
    int next = -at - 1;
    DemoException.require(next > 0 && next < size, "the guest's speed was not measured then");
    double share = (double) (time - times[next - 1]) / (times[next] - times[next - 1]);
    return counts[next - 1] + share * (counts[next] - counts[next - 1]);
  }

  @Override
  public void close() {
    closed = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    memory.close();
  }
}
