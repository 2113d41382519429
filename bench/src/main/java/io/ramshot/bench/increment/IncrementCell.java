package io.ramshot.bench.increment;

import io.ramshot.bench.cell.CellSize;
import java.util.List;
import java.util.Locale;

/**
 * One table of increments.
 *
 * @param name like {@code increment-4g-scattered}
 * @param ramBytes the guest's RAM
 * @param pattern where it writes
 * @param writtenShare the part of its pages that it has written to since the parent, 0 to 1
 * @param contenders in the order of each round
 * @param rounds how many
 */
record IncrementCell(
    String name,
    long ramBytes,
    Pattern pattern,
    double writtenShare,
    List<String> contenders,
    int rounds) {

  IncrementCell withRounds(int number) {
    return new IncrementCell(name, ramBytes, pattern, writtenShare, contenders, number);
  }

  /** One line for people. */
  String description() {
    return String.format(
        Locale.ROOT,
        "a guest of %s saved whole, and again when it has written to %s %% of its pages, %s",
        CellSize.text(ramBytes),
        text(100 * writtenShare),
        pattern.description());
  }

  private static String text(double percent) {
    return percent == Math.rint(percent) ? Long.toString((long) percent) : Double.toString(percent);
  }
}
