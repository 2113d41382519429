package io.ramshot.bench.report;

import java.util.Locale;

/** Numbers as people and programs read them: plain decimals, about three digits that count. */
final class Numbers {

  /** In place of a figure that is missing. */
  static final String NONE = "-";

  private Numbers() {}

  /** Three digits that count, never an exponent. */
  static String plain(double value) {
    if (Double.isNaN(value)) {
      return NONE;
    }
    double size = Math.abs(value);
    int decimals = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : size >= 0.0005 ? 3 : 6;
    String text = String.format(Locale.ROOT, "%." + decimals + "f", value);
    return text.matches("-?0\\.?0*") ? "0" : text;
  }
}
