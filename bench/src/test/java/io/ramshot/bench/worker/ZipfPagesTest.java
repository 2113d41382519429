package io.ramshot.bench.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ZipfPagesTest {
  private static final int PAGES = 1000;
  private static final int DRAWS = 1_000_000;

  @Test
  void ranksFollowTheLaw() {
    int[] counts = new int[PAGES];
    for (int rank : ZipfPages.ranks(PAGES, DRAWS, 1)) {
      counts[rank]++;
    }
    double sum = 0;
    for (int i = 1; i <= PAGES; i++) {
      sum += Math.pow(i, -ZipfPages.THETA);
    }
    for (int rank : new int[] {0, 1}) {
      double expected = DRAWS * Math.pow(rank + 1, -ZipfPages.THETA) / sum;
      assertEquals(expected, counts[rank], expected / 20, "rank " + rank);
    }
    /* The sampler is an approximation beyond the first two: what matters is where the mass is. */
    assertEquals(expectedShare(sum, 10), share(counts, 10), 0.05);
    assertEquals(expectedShare(sum, 100), share(counts, 100), 0.05);
  }

  private static double expectedShare(double sum, int ranks) {
    double part = 0;
    for (int i = 1; i <= ranks; i++) {
      part += Math.pow(i, -ZipfPages.THETA);
    }
    return part / sum;
  }

  private static double share(int[] counts, int ranks) {
    double part = 0;
    for (int i = 0; i < ranks; i++) {
      part += counts[i];
    }
    return part / DRAWS;
  }

  @Test
  void hotPagesAreScatteredOverAllOfRam() {
    int[] counts = new int[PAGES];
    for (int page : ZipfPages.draw(PAGES, DRAWS, 1)) {
      counts[page]++;
    }
    for (int start = 0; start < PAGES; start += PAGES / 10) {
      int part = 0;
      for (int page = start; page < start + PAGES / 10; page++) {
        part += counts[page];
      }
      assertTrue(part > DRAWS / 50, "hardly any in the pages from " + start);
    }
  }
}
