package io.ramshot.bench.worker;

/** Adds one to a byte in every page in order, for ever; several threads have a part each. */
final class SequentialWrites implements Accesses {
  private final long start;
  private final long end;
  private long at;

  SequentialWrites(GuestRam ram, int number, int threads) {
    long pages = ram.pages();
    start = ram.address() + pages * number / threads * GuestRam.PAGE_BYTES;
    end = ram.address() + pages * (number + 1) / threads * GuestRam.PAGE_BYTES;
    at = start;
  }

  @Override
  public int quantum() {
    long address = at;
    long limit = end;
    for (int i = 0; i < QUANTUM; i++) {
      RawMemory.increment(address);
      address += GuestRam.PAGE_BYTES;
      if (address >= limit) {
        address = start;
      }
    }
    at = address;
    return QUANTUM;
  }
}
