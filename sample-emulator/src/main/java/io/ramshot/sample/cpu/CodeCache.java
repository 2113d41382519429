package io.ramshot.sample.cpu;

import java.util.HashMap;
import java.util.Map;

/**
 * Decoded instructions by physical page, one {@link Decoded} per halfword.
 *
 * <p>Stores do not look here: the architecture makes code coherent with memory at FENCE.I only, and
 * that empties the cache.
 */
final class CodeCache {

  /** Halfwords in a page. */
  static final int SLOTS = Mmu.PAGE_SIZE / 2;

  /** Limit in pages, each 16 KiB on the Java heap. */
  private static final int MAX_PAGES = 2048;

  private final Map<Long, long[]> pages = new HashMap<>();

  /**
   * Returns the slots of a page, where {@link Op#DECODE} stands for what is not decoded yet.
   *
   * @param page physical page number
   */
  long[] page(long page) {
    long[] slots = pages.get(page);
    if (slots == null) {
      if (pages.size() == MAX_PAGES) {
        // Pages still held by the translation cache stay usable: they are merely decoded twice.
        pages.clear();
      }
      slots = new long[SLOTS];
      pages.put(page, slots);
    }
    return slots;
  }

  void clear() {
    pages.clear();
  }
}
