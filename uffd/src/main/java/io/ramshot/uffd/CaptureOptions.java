package io.ramshot.uffd;

/**
 * How the engine captures RAM: {@code struct rs_options} in rs_snapshot.h.
 *
 * @param poolBytes size of the copy pool, in bytes
 * @param poolBudgetNanos how long getting the pool may take; it stays smaller then; 0 for no limit
 * @param bytesPerSecond upper bound on the rate of writing, 0 for none
 * @param stallLimitNanos how long a guest thread may wait for a page, in ns
 * @param directIo whether O_DIRECT is tried
 * @param oldPagemap whether to find pages as on a kernel without PAGEMAP_SCAN
 */
public record CaptureOptions(
    long poolBytes,
    long poolBudgetNanos,
    long bytesPerSecond,
    long stallLimitNanos,
    boolean directIo,
    boolean oldPagemap) {

  /** In the order of the struct's fields. */
  long[] toNative() {
    return new long[] {
      poolBytes,
      poolBudgetNanos,
      bytesPerSecond,
      stallLimitNanos,
      directIo ? 1 : 0,
      oldPagemap ? 1 : 0
    };
  }
}
