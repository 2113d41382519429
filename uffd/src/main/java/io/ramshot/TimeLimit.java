package io.ramshot;

import java.time.Duration;

/** Durations that can be counted in nanoseconds, and added to a time: ten years stand for ever. */
final class TimeLimit {
  private static final Duration LONGEST = Duration.ofDays(3650);

  private TimeLimit() {}

  /** Nothing for what is negative. */
  static Duration of(Duration duration) {
    if (duration.isNegative()) {
      return Duration.ZERO;
    }
    return duration.compareTo(LONGEST) > 0 ? LONGEST : duration;
  }
}
