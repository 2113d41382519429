package io.ramshot.bench.worker;

/** Reads a byte of pages drawn uniformly, and adds one to it in one of a hundred. */
final class MostlyReads implements Accesses {
  private static final int ONE_IN = 100;

  private final long base;
  private final int pages;
  private long state;
  private int untilWrite = ONE_IN;

  /** So that the compiler cannot leave the reads out. */
  private int sum;

  MostlyReads(GuestRam ram, int number) {
    base = ram.address();
    pages = ram.pages();
    state = PageDraw.seed(number);
  }

  @Override
  public int quantum() {
    long x = state;
    int left = untilWrite;
    int read = sum;
    for (int i = 0; i < QUANTUM; i++) {
      x = PageDraw.next(x);
      long address = base + PageDraw.page(x, pages) * GuestRam.PAGE_BYTES;
      if (--left == 0) {
        left = ONE_IN;
        RawMemory.increment(address);
      } else {
        read += RawMemory.read(address);
      }
    }
    state = x;
    untilWrite = left;
    sum = read;
    return QUANTUM;
  }

  @Override
  public String toString() {
    return "reads, sum " + sum;
  }
}
