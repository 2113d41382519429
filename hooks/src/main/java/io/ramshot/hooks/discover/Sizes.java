package io.ramshot.hooks.discover;

import java.util.Locale;

/** Sizes and times as a profile's reader wants them. */
final class Sizes {

  private static final String[] UNITS = {"bytes", "KiB", "MiB", "GiB", "TiB"};

  private Sizes() {}

  /** 1572864 is {@code 1.5 MiB}. */
  static String text(long bytes) {
    double value = bytes;
    int unit = 0;
    while (value >= 1024 && unit < UNITS.length - 1) {
      value /= 1024;
      unit++;
    }
    return number(value) + " " + UNITS[unit];
  }

  /** 1500000 is {@code 1.5 ms}. */
  static String time(long nanos) {
    return nanos < 1_000
        ? nanos + " ns"
        : nanos < 1_000_000
            ? number(nanos / 1e3) + " us"
            : nanos < 1_000_000_000 ? number(nanos / 1e6) + " ms" : number(nanos / 1e9) + " s";
  }

  private static String number(double value) {
    String text = String.format(Locale.ROOT, value < 10 ? "%.1f" : "%.0f", value);
    return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
  }

  /** As an option's value, rounded down to a power of two. */
  static String option(long bytes) {
    long size = Long.highestOneBit(bytes);
    return size >= 1 << 20 ? (size >> 20) + "m" : size >= 1 << 10 ? (size >> 10) + "k" : "" + size;
  }
}
