package io.ramshot.bench.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class PageDrawTest {
  private static final int PAGES = 50;
  private static final int DRAWS = 1_000_000;

  @Test
  void pagesAreDrawnUniformly() {
    int[] counts = new int[PAGES];
    long state = PageDraw.seed(0);
    for (int i = 0; i < DRAWS; i++) {
      state = PageDraw.next(state);
      counts[(int) PageDraw.page(state, PAGES)]++;
    }
    for (int count : counts) {
      assertEquals((double) DRAWS / PAGES, count, 0.05 * DRAWS / PAGES);
    }
  }
}
