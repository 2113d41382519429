package io.ramshot.bench.worker;

/** Draws pages uniformly and cheaply: xorshift64*, and a multiplication instead of a remainder. */
final class PageDraw {
  private static final long SEED = 0x9e3779b97f4a7c15L;
  private static final long STAR = 0x2545f4914f6cdd1dL;

  private PageDraw() {}

  /** Where a thread's sequence starts; not zero. */
  static long seed(int number) {
    return SEED * (2L * number + 1);
  }

  /** The next state of a sequence. */
  static long next(long state) {
    long x = state;
    x ^= x >>> 12;
    x ^= x << 25;
    x ^= x >>> 27;
    return x;
  }

  /** A page from 0 to {@code pages} - 1. */
  static long page(long state, int pages) {
    return ((state * STAR >>> 32) * pages) >>> 32;
  }
}
