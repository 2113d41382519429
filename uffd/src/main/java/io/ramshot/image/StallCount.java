package io.ramshot.image;

/**
 * A bucket of the histogram of stalls: how many guest threads waited so long for a page.
 *
 * @param upToNanos the longest time that counts here, in ns; shorter ones are in the buckets before
 * @param count stalls, at least one
 */
public record StallCount(long upToNanos, long count) {
  public StallCount {
    if (upToNanos < 0 || count < 1) {
      throw new IllegalArgumentException(count + " stalls of up to " + upToNanos + " ns");
    }
  }
}
