package io.ramshot.bench.worker;

import org.HdrHistogram.Histogram;

/**
 * What one guest thread notes down for a while: gaps between its looks at the clock, and accesses
 * per bucket of time. Written by that thread alone, read once another span has taken its place.
 */
final class Span {
  private static final long LONGEST_NANOS = 600_000_000_000L;

  private final Histogram gaps = new Histogram(LONGEST_NANOS, 2);
  private final long originNanos;
  private final long bucketNanos;
  private final int[] accesses;

  /**
   * @param originNanos when the first bucket begins
   * @param bucketNanos length of a bucket
   * @param buckets how many there are; what comes later is not kept
   */
  Span(long originNanos, long bucketNanos, int buckets) {
    this.originNanos = originNanos;
    this.bucketNanos = bucketNanos;
    this.accesses = new int[buckets];
  }

  void note(long nowNanos, long gapNanos, int count) {
    gaps.recordValue(Math.min(gapNanos, LONGEST_NANOS));
    long bucket = (nowNanos - originNanos) / bucketNanos;
    if (bucket >= 0 && bucket < accesses.length) {
      accesses[(int) bucket] += count;
    }
  }

  Histogram gaps() {
    return gaps;
  }

  int[] accesses() {
    return accesses;
  }
}
