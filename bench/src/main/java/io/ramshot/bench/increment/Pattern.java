package io.ramshot.bench.increment;

import java.util.Locale;
import java.util.Random;
import java.util.stream.LongStream;

/** Which pages a guest writes to. */
enum Pattern {
  /** Drawn uniformly, each once. */
  SCATTERED("drawn uniformly"),
  /** One after the other. */
  CLUSTERED("in one piece");

  private final String description;

  Pattern(String description) {
    this.description = description;
  }

  /** The name in cells. */
  String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  String description() {
    return description;
  }

  /**
   * @param pages of the guest
   * @param count how many are written to, each once
   * @param seed decides where
   */
  long[] pages(long pages, long count, long seed) {
    Random random = new Random(seed);
    if (this == CLUSTERED) {
      long first = (long) (random.nextDouble() * (pages - count));
      return LongStream.range(first, first + count).toArray();
    }
    return random.longs(0, pages).distinct().limit(count).toArray();
  }
}
