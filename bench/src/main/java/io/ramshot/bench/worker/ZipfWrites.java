package io.ramshot.bench.worker;

/** Adds one to a byte in pages drawn by a Zipf law. */
final class ZipfWrites implements Accesses {

  /** Draws before they begin again; a power of two. */
  private static final int DRAWS = 1 << 21;

  private final long base;
  private final int[] pages;
  private int next;

  ZipfWrites(GuestRam ram, int number) {
    base = ram.address();
    pages = ZipfPages.draw(ram.pages(), DRAWS, PageDraw.seed(number));
  }

  @Override
  public int quantum() {
    int at = next;
    for (int i = 0; i < QUANTUM; i++) {
      RawMemory.increment(base + (long) pages[at] * GuestRam.PAGE_BYTES);
      at = (at + 1) & (DRAWS - 1);
    }
    next = at;
    return QUANTUM;
  }
}
