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
 * @param hashKey random bytes, as long as a page, with which pages are hashed; null for no hashes
 * @param cacheBytes the most that a file written without O_DIRECT takes of the page cache, 0 for no
 *     limit
 */
public record CaptureOptions(
    long poolBytes,
    long poolBudgetNanos,
    long bytesPerSecond,
    long stallLimitNanos,
    boolean directIo,
    boolean oldPagemap,
    byte[] hashKey,
    long cacheBytes) {

  /** Without hashes, and without that limit. */
  public CaptureOptions(
      long poolBytes,
      long poolBudgetNanos,
      long bytesPerSecond,
      long stallLimitNanos,
      boolean directIo,
      boolean oldPagemap) {
    this(
        poolBytes, poolBudgetNanos, bytesPerSecond, stallLimitNanos, directIo, oldPagemap, null, 0);
  }

  /**
   * In the order of the struct's fields.
   *
   * @param hashKeyAddress of a copy of the key, 0 for none
   * @param giveUpAddress of a word that is not 0 once it should give up
   */
  long[] toNative(long hashKeyAddress, long giveUpAddress) {
    return new long[] {
      poolBytes,
      poolBudgetNanos,
      bytesPerSecond,
      stallLimitNanos,
      directIo ? 1 : 0,
      oldPagemap ? 1 : 0,
      hashKeyAddress,
      cacheBytes,
      giveUpAddress
    };
  }
}
