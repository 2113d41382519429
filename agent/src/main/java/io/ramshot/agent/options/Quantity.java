package io.ramshot.agent.options;

import io.ramshot.hooks.ByteSize;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes and durations as users write them. */
public final class Quantity {
  private static final Pattern DURATION = Pattern.compile("(\\d{1,12})(ms|s|m)");

  /** No duration is longer: so none overflows, in whatever unit it is counted. */
  public static final Duration LONGEST = Duration.ofDays(365);

  private Quantity() {}

  /**
   * A number of bytes as {@link ByteSize} reads it.
   *
   * @return bytes, or -1 if the text is none
   */
  public static long bytes(String text) {
    return ByteSize.parse(text);
  }

  /**
   * A duration such as 500ms, 2s or 1m.
   *
   * @return the duration, or null if the text is none, or more than a year
   */
  public static Duration duration(String text) {
    Duration duration = read(text);
    return duration == null || duration.compareTo(LONGEST) > 0 ? null : duration;
  }

  private static Duration read(String text) {
    Matcher matcher = DURATION.matcher(text.toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      return null;
    }
    long value = Long.parseLong(matcher.group(1));
    switch (matcher.group(2)) {
      case "ms":
        return Duration.ofMillis(value);
      case "s":
        return Duration.ofSeconds(value);
      default:
        return Duration.ofMinutes(value);
    }
  }

  /** Bytes for a reader: 1536 is {@code 1.5 KiB}. */
  public static String text(long bytes) {
    String[] units = {"KiB", "MiB", "GiB", "TiB"};
    if (bytes < 1024) {
      return bytes + " bytes";
    }
    double value = bytes;
    int unit = -1;
    while (value >= 1024 && unit < units.length - 1) {
      value /= 1024;
      unit++;
    }
    return number(value) + " " + units[unit];
  }

  /** Nanoseconds for a reader: 1500000 is {@code 1.5 ms}. */
  public static String time(long nanos) {
    if (nanos < 1_000) {
      return nanos + " ns";
    }
    if (nanos < 1_000_000) {
      return number(nanos / 1e3) + " us";
    }
    if (nanos < 1_000_000_000) {
      return number(nanos / 1e6) + " ms";
    }
    return number(nanos / 1e9) + " s";
  }

  private static String number(double value) {
    String text = String.format(Locale.ROOT, value < 10 ? "%.2f" : "%.1f", value);
    return text.replaceAll("\\.?0+$", "");
  }
}
