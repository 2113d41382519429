package io.ramshot.bench.increment;

import java.util.ArrayList;
import java.util.List;

/** The cells of increments. */
final class IncrementCatalogue {
  /** An image that stands alone: whom the others are compared with. */
  static final String FULL = "full";

  /** The same without the hashes that make it cheap to be a parent. */
  static final String FULL_NO_HASHES = "full-no-hashes";

  /** An image whose parent is the round's {@link #FULL}. */
  static final String INCREMENT = "increment";

  static final String SCATTERED = name(Pattern.SCATTERED, 1);
  static final String CLUSTERED = name(Pattern.CLUSTERED, 1);

  private static final long RAM_BYTES = 4L << 30;
  private static final int ROUNDS = 5;
  private static final int QUICK_ROUNDS = 3;
  private static final int[] PERCENTS = {0, 1, 10, 50};

  private IncrementCatalogue() {}

  private static String name(Pattern pattern, int percent) {
    return "increment-4g-" + pattern.key() + (percent == 1 ? "" : "-" + percent);
  }

  static List<IncrementCell> full() {
    List<IncrementCell> cells = new ArrayList<>();
    List<String> contenders = List.of(FULL_NO_HASHES, FULL, INCREMENT);
    for (Pattern pattern : Pattern.values()) {
      cells.add(cell(pattern, 1, contenders, ROUNDS));
    }
    for (int percent : PERCENTS) {
      if (percent != 1) {
        cells.add(cell(Pattern.SCATTERED, percent, contenders, QUICK_ROUNDS));
      }
    }
    return cells;
  }

  static List<IncrementCell> quick() {
    List<IncrementCell> cells = new ArrayList<>();
    for (Pattern pattern : Pattern.values()) {
      cells.add(cell(pattern, 1, List.of(FULL, INCREMENT), QUICK_ROUNDS));
    }
    return cells;
  }

  private static IncrementCell cell(
      Pattern pattern, int percent, List<String> contenders, int rounds) {
    return new IncrementCell(
        name(pattern, percent), RAM_BYTES, pattern, percent / 100.0, contenders, rounds);
  }
}
