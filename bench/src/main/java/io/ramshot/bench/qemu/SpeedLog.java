package io.ramshot.bench.qemu;

import java.util.Arrays;

/**
 * The guest's counter over time: what was read, and when. One thread adds, and the log is read when
 * it has stopped.
 */
final class SpeedLog {
  private long[] nanos = new long[1 << 14];
  private long[] counts = new long[1 << 14];
  private int length;

  /**
   * @param time in ns, later than all before
   * @param count pages written until then
   */
  void add(long time, long count) {
    if (length == nanos.length) {
      nanos = Arrays.copyOf(nanos, 2 * length);
      counts = Arrays.copyOf(counts, 2 * length);
    }
    nanos[length] = time;
    counts[length++] = count;
  }

  /** Pages a second between two times; times outside the log count as its ends. */
  double speed(long from, long to) {
    return to <= from ? Double.NaN : (countAt(to) - countAt(from)) * 1e9 / (to - from);
  }

  /** The counter at a time, on a straight line between the readings around it. */
  double countAt(long time) {
    int at = Arrays.binarySearch(nanos, 0, length, time);
    if (at >= 0) {
      return counts[at];
    }
    int after = -at - 1;
    if (after == 0) {
      return counts[0];
    }
    if (after == length) {
      return counts[length - 1];
    }
    int before = after - 1;
    double part = (double) (time - nanos[before]) / (nanos[after] - nanos[before]);
    return counts[before] + part * (counts[after] - counts[before]);
  }

  /**
   * The longest time between two times that the counter was seen to stand still, in ns. Not what
   * passed between two readings that differ, because then the reader may have been the late one:
   * the guest's longest wait is this or up to two intervals of reading more.
   */
  long longestStandstill(long from, long to) {
    long longest = 0;
    int start = 0;
    for (int i = 1; i < length; i++) {
      if (counts[i] != counts[start]) {
        start = i;
      }
      longest = Math.max(longest, Math.min(nanos[i], to) - Math.max(nanos[start], from));
    }
    return longest;
  }

  /** The speed in each bucket as a share of another speed. */
  double[] shares(long from, long to, long bucketNanos, double speed) {
    double[] shares = new double[(int) ((to - from) / bucketNanos)];
    for (int i = 0; i < shares.length; i++) {
      long start = from + i * bucketNanos;
      shares[i] = speed(start, start + bucketNanos) / speed;
    }
    return shares;
  }
}
