package io.ramshot.agent.cli;

import java.util.Locale;

/**
 * The pause and its parts, to the microsecond. They add up to it as they are printed: what no part
 * accounts for, and what rounding takes off the parts, is "other".
 */
final class PauseText {
  private static final String[][] PARTS = {
    {"gates", "gateNanos"},
    {"state", "stateNanos"},
    {"copies", "copyNanos"},
    {"edges", "edgesNanos"},
    {"scan", "scanNanos"},
    {"arm", "armNanos"},
  };

  private PauseText() {}

  static String of(CompositeData pause) {
    long total = micros(pause, "totalNanos");
    long other = total;
    StringBuilder parts = new StringBuilder();
    for (String[] part : PARTS) {
      long micros = micros(pause, part[1]);
      other -= micros;
      parts.append(part[0]).append(' ').append(millis(micros)).append(", ");
    }
    return millis(total) + " ms (" + parts + "other " + millis(other) + ")";
  }

  private static long micros(CompositeData pause, String item) {
    return Figures.number(pause, item) / 1000;
  }

  private static String millis(long micros) {
    return micros == 0 ? "0" : String.format(Locale.ROOT, "%.3f", micros / 1e3);
  }
}
