package io.ramshot.bench.worker;

import java.util.SplittableRandom;

/**
 * Pages by a Zipf law, drawn once and then only looked up: drawing one takes two powers, which
 * would be most of what the guest does.
 *
 * <p>Gray et al., Quickly Generating Billion-Record Synthetic Databases (1994); the ranks are
 * scattered over RAM, as hot pages are.
 */
final class ZipfPages {

  /** The usual exponent (YCSB). */
  static final double THETA = 0.99;

  /** A prime, so that it has no divisor in common with the number of pages. */
  private static final long SCATTER = 2_654_435_761L;

  private ZipfPages() {}

  /**
   * Draws.
   *
   * @param pages in RAM
   * @param count how many pages to draw
   */
  static int[] draw(int pages, int count, long seed) {
    int[] drawn = ranks(pages, count, seed);
    for (int i = 0; i < count; i++) {
      drawn[i] = (int) (drawn[i] * SCATTER % pages);
    }
    return drawn;
  }

  /** The same before they are scattered: 0 is the most frequent. */
  static int[] ranks(int pages, int count, long seed) {
    double zetaN = 0;
    for (int i = 1; i <= pages; i++) {
      zetaN += Math.pow(i, -THETA);
    }
    double zeta2 = 1 + Math.pow(2, -THETA);
    double alpha = 1 / (1 - THETA);
    double eta = (1 - Math.pow(2.0 / pages, 1 - THETA)) / (1 - zeta2 / zetaN);
    SplittableRandom random = new SplittableRandom(seed);
    int[] ranks = new int[count];
    for (int i = 0; i < count; i++) {
      double u = random.nextDouble();
      double uz = u * zetaN;
      if (uz < 1) {
        ranks[i] = 0;
      } else if (uz < zeta2) {
        ranks[i] = 1;
      } else {
        ranks[i] = Math.min(pages - 1, (int) (pages * Math.pow(eta * u - eta + 1, alpha)));
      }
    }
    return ranks;
  }
}
