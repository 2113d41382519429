package io.ramshot.bench.worker;

/** {@link SequentialWrites} to RAM on the heap. */
final class HeapWrites implements Accesses {
  private final byte[] array;
  private final int start;
  private final int end;
  private int at;

  HeapWrites(OnHeapRam ram, int number, int threads) {
    array = ram.array();
    long pages = ram.pages();
    start = (int) (pages * number / threads * GuestRam.PAGE_BYTES);
    end = (int) (pages * (number + 1) / threads * GuestRam.PAGE_BYTES);
    at = start;
  }

  @Override
  public int quantum() {
    byte[] bytes = array;
    int index = at;
    int limit = end;
    for (int i = 0; i < QUANTUM; i++) {
      bytes[index]++;
      index += GuestRam.PAGE_BYTES;
      if (index >= limit) {
        index = start;
      }
    }
    at = index;
    return QUANTUM;
  }
}
