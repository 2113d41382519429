package io.ramshot.bench.driver;

import java.util.Locale;

/** Says on standard error what goes on, and how long after the start. */
public final class Progress {
  private static final double NANOS_PER_SECOND = 1e9;

  private final long startNanos = System.nanoTime();

  /** A line, as {@link String#format} makes it. */
  public void say(String format, Object... values) {
    System.err.printf(
        Locale.ROOT, "%6.1f s  %s%n", seconds(), String.format(Locale.ROOT, format, values));
  }

  /** Since the start. */
  public double seconds() {
    return (System.nanoTime() - startNanos) / NANOS_PER_SECOND;
  }
}
