package io.ramshot.bench.worker;

import java.util.concurrent.locks.LockSupport;

/** Sleeps, wakes about a thousand times a second, and writes one byte. */
final class RareWrites implements Accesses {
  private static final long SLEEP_NANOS = 1_000_000;

  private final long base;
  private final int pages;
  private long state;

  RareWrites(GuestRam ram, int number) {
    base = ram.address();
    pages = ram.pages();
    state = PageDraw.seed(number);
  }

  @Override
  public boolean rest() {
    LockSupport.parkNanos(SLEEP_NANOS);
    return true;
  }

  @Override
  public int quantum() {
    state = PageDraw.next(state);
    RawMemory.increment(base + PageDraw.page(state, pages) * GuestRam.PAGE_BYTES);
    return 1;
  }
}
