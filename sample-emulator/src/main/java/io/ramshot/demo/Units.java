package io.ramshot.demo;

import java.util.Locale;

/** Figures as people read them. */
final class Units {
  static final long KIB = 1L << 10;
  static final long MIB = 1L << 20;
  static final long GIB = 1L << 30;
  static final double NANOS_PER_SECOND = 1e9;

  private Units() {}

  static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  /** A time of microseconds to seconds, three digits. */
  static String time(long nanos) {
    if (nanos < 999_500) {
      return format("%.0f us", nanos / 1e3);
    }
    if (nanos < 999_500_000) {
      return format(nanos < 9_995_000 ? "%.2f ms" : "%.0f ms", nanos / 1e6);
    }
    return format("%.2f s", nanos / NANOS_PER_SECOND);
  }

  static String bytes(long bytes) {
    return bytes % GIB == 0 && bytes > 0
        ? bytes / GIB + " GiB"
        : format(bytes < 10 * MIB ? "%.1f MiB" : "%.0f MiB", bytes / (double) MIB);
  }

  /** Disks are rated in powers of ten. */
  static String rate(double bytesPerSecond) {
    return format("%.0f MB/s", bytesPerSecond / 1e6);
  }

  static String percent(double share) {
    return format("%.0f %%", 100 * share);
  }

  /** Nanoseconds to whole microseconds, rounded up. */
  static long micros(long nanos) {
    return (nanos + 999) / 1000;
  }
}
