package io.ramshot.uffd;

/**
 * The engine's stall histogram: 16 buckets to a power of two, of ns. The counterpart of
 * rs_figure_stall in rs_figures.h.
 */
public final class StallBuckets {
  static final int COUNT = 672;

  private final long[] counts;
  private final long total;

  StallBuckets(long[] counts) {
    this.counts = counts;
    long sum = 0;
    for (long count : counts) {
      sum += count;
    }
    total = sum;
  }

  /** How many stalls there were. */
  public long total() {
    return total;
  }

  /**
   * The time within which a share of all stalls ended.
   *
   * @param share from 0 to 1
   * @return the upper bound of its bucket, in ns, at most 1/16 too long; 0 without stalls
   */
  public long percentile(double share) {
    long rank = Math.max(1, (long) Math.ceil(share * total));
    long seen = 0;
    for (int i = 0; i < counts.length; i++) {
      seen += counts[i];
      if (seen >= rank) {
        return upperBound(i);
      }
    }
    return 0;
  }

  /** A bucket that is not empty. */
  @FunctionalInterface
  public interface Visitor {
    /**
     * @param upToNanos the longest time that counts here, in ns
     * @param count of stalls, at least one
     */
    void visit(long upToNanos, long count);
  }

  /** Shows the buckets that are not empty, shortest time first. */
  public void forEach(Visitor visitor) {
    for (int i = 0; i < counts.length; i++) {
      if (counts[i] != 0) {
        visitor.visit(upperBound(i), counts[i]);
      }
    }
  }

  /** The longest time that still counts into a bucket, in ns. */
  static long upperBound(int bucket) {
    if (bucket < 16) {
      return bucket;
    }
    int exponent = bucket / 16 + 3;
    long width = 1L << (exponent - 4);
    return (1L << exponent) + (bucket % 16 + 1) * width - 1;
  }
}
