package io.ramshot.agent.options;

import java.nio.file.Path;
import java.time.Duration;

/**
 * What a timeline is to be.
 *
 * @param folder absolute; made if it does not exist
 * @param every from one checkpoint to the next, a year at most
 * @param keep how many checkpoints stay, at least 1
 */
public record TimelinePlan(Path folder, Duration every, int keep) {
  public static final Duration DEFAULT_EVERY = Duration.ofSeconds(10);
  public static final int DEFAULT_KEEP = 6;

  /** Nobody restores what is older than this many checkpoints; each is a file. */
  public static final int MOST_KEPT = 10_000;

  public TimelinePlan {
    if (every.isNegative() || every.isZero() || every.compareTo(Quantity.LONGEST) > 0) {
      throw new IllegalArgumentException(
          "every=" + every + " is not a duration above 0 and of a year at most: give such a one");
    }
    if (keep < 1 || keep > MOST_KEPT) {
      throw new IllegalArgumentException(
          "keep=" + keep + " is not a number from 1 to " + MOST_KEPT + ": give how many to keep");
    }
  }

  /** As people read it. */
  public static String text(Duration duration) {
    return duration.toMillis() % 1000 == 0
        ? duration.toSeconds() + " s"
        : duration.toMillis() + " ms";
  }
}
