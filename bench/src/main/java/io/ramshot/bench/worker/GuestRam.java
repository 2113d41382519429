package io.ramshot.bench.worker;

import java.io.IOException;

/** The guest's memory: every page populated and none zero. */
interface GuestRam {
  int PAGE_BYTES = 4096;

  /**
   * Where it is.
   *
   * @throws UnsupportedOperationException on the heap, where it has no address
   */
  long address();

  long bytes();

  default int pages() {
    return Math.toIntExact(bytes() / PAGE_BYTES);
  }

  /** Back to what it was at first, as far as pages go; no guest thread may run. */
  void restore() throws IOException;

  /** So that the guest meets no page fault, neither ours nor a host's. */
  void touch() throws IOException;

  /** Which part of it is on huge pages. */
  double hugeShare() throws IOException;
}
