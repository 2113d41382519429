package io.ramshot.bench.worker;

/** Adds one to a byte in pages drawn uniformly. */
final class RandomWrites implements Accesses {
  private final long base;
  private final int pages;
  private long state;

  RandomWrites(GuestRam ram, int number) {
    base = ram.address();
    pages = ram.pages();
    state = PageDraw.seed(number);
  }

  @Override
  public int quantum() {
    long x = state;
    for (int i = 0; i < QUANTUM; i++) {
      x = PageDraw.next(x);
      RawMemory.increment(base + PageDraw.page(x, pages) * GuestRam.PAGE_BYTES);
    }
    state = x;
    return QUANTUM;
  }
}
