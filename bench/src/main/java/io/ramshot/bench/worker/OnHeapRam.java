package io.ramshot.bench.worker;

import java.io.IOException;

/** RAM in an array on the Java heap, as most emulators in Java have it. */
final class OnHeapRam implements GuestRam {

  /**
   * With compressed references the heap lies below, as long as it is no larger; nothing else does.
   */
  private static final long HEAP_END = 32L << 30;

  private final byte[] array;

  OnHeapRam(long bytes) {
    array = new byte[Math.toIntExact(bytes)];
    for (int i = 0; i < array.length; i += PAGE_BYTES) {
      array[i] = 1;
    }
  }

  byte[] array() {
    return array;
  }

  @Override
  public long address() {
    throw new UnsupportedOperationException("RAM on the heap has no address: only ramshot can");
  }

  @Override
  public long bytes() {
    return array.length;
  }

  /** Nobody but the JVM and ramshot may give it huge pages. */
  @Override
  public void restore() {
    touch();
  }

  /** A page of zeros is not saved: the guest may have come round to zero. */
  @Override
  public void touch() {
    for (int i = 0; i < array.length; i += PAGE_BYTES) {
      array[i] |= 1;
    }
  }

  /** That of the whole heap, for only the JVM knows where the array is. */
  @Override
  public double hugeShare() throws IOException {
    long heap = HugePages.populated(0, HEAP_END);
    return heap == 0 ? 0 : (double) HugePages.bytes(0, HEAP_END) / heap;
  }
}
