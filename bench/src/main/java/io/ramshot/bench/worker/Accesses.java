package io.ramshot.bench.worker;

import io.ramshot.bench.cell.Workload;

/** What one guest thread does between two passes through the gate: a tight loop over its RAM. */
interface Accesses {

  /**
   * Page accesses in a quantum; it takes more than 10 us, so that looking at the clock is cheap.
   */
  int QUANTUM = 256;

  /**
   * Runs one quantum.
   *
   * @return page accesses
   */
  int quantum();

  /** Outside the gate, before each quantum; true if it slept. */
  default boolean rest() {
    return false;
  }

  /**
   * The accesses of one thread.
   *
   * @param number of the thread, from 0
   * @param threads in all
   */
  static Accesses of(Workload workload, GuestRam ram, int number, int threads) {
    if (ram instanceof OnHeapRam onHeap) {
      if (workload != Workload.SEQUENTIAL) {
        throw new IllegalArgumentException("no guest on the heap is " + workload.key());
      }
      return new HeapWrites(onHeap, number, threads);
    }
    return switch (workload) {
      case SEQUENTIAL -> new SequentialWrites(ram, number, threads);
      case RANDOM -> new RandomWrites(ram, number);
      case ZIPF -> new ZipfWrites(ram, number);
      case READ_MOSTLY -> new MostlyReads(ram, number);
      case IDLE -> new RareWrites(ram, number);
    };
  }
}
