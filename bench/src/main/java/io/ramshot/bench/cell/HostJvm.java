package io.ramshot.bench.cell;

/**
 * The JVM that a guest runs in, and where it has the guest's RAM.
 *
 * @param collector of its heap
 * @param heapBytes its size from the start
 * @param heapHugePages whether the JVM asks for huge pages for its heap
 * @param ramOnHeap whether RAM is a {@code byte[]}, and not a mapping of its own
 */
public record HostJvm(
    Collector collector, long heapBytes, boolean heapHugePages, boolean ramOnHeap) {

  private static final long SMALL_HEAP_BYTES = 128L << 20;

  /** A small heap, and a collector without threads of its own, which has nothing to do. */
  public static final HostJvm USUAL = new HostJvm(Collector.SERIAL, SMALL_HEAP_BYTES, false, false);
}
