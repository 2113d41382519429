package io.ramshot.hooks;

import java.util.List;
import java.util.Locale;

/** Times as a line of text. */
final class Percentiles {

  private Percentiles() {}

  /**
   * @param nanos at least one
   */
  static String text(String what, List<Long> nanos) {
    List<Long> sorted = nanos.stream().sorted().toList();
    return String.format(
        Locale.ROOT,
        "%s p50 %.2f ms, p99 %.2f ms, max %.2f ms",
        what,
        at(sorted, 50) / 1e6,
        at(sorted, 99) / 1e6,
        at(sorted, 100) / 1e6);
  }

  private static long at(List<Long> sorted, int percent) {
    return sorted.get((sorted.size() * percent + 99) / 100 - 1);
  }
}
