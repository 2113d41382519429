package io.ramshot.agent.timeline;

import java.time.Instant;

/**
 * How long before a timeline's newest checkpoint another one is: to a tenth of a second, both where
 * it is shown and where somebody asks for it, so that what is shown as {@code -2.0 s} is found by
 * {@code @-2s}.
 */
public final class BeforeNewest {
  private static final int TENTH = 100;

  private BeforeNewest() {}

  /** In ms, exactly. */
  public static long millis(Instant newest, Instant time) {
    return newest.toEpochMilli() - time.toEpochMilli();
  }

  /** As it is shown, without the sign. */
  public static String text(long millis) {
    long tenths = tenths(millis);
    return tenths / 10 + "." + tenths % 10 + " s";
  }

  /**
   * Whether a checkpoint is at least so long before the newest one, as far as is shown.
   *
   * @param wanted in ms; of those that are no tenths of a second, each counts
   */
  static boolean reaches(long millis, long wanted) {
    return wanted % TENTH == 0 ? tenths(millis) * TENTH >= wanted : millis >= wanted;
  }

  private static long tenths(long millis) {
    return (Math.max(0, millis) + TENTH / 2) / TENTH;
  }
}
