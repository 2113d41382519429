package io.ramshot.uffd;

/** A number that the engine keeps up to date: {@code enum rs_figure} in rs_figures.h. */
public enum Figure {
  PHASE,
  FAILED_STEP,
  FAILED_ERROR,
  FAILED_BLOCK,
  FAILED_OFFSET,
  /** Chunks in all. */
  CHUNKS,
  /** Chunks written straight from guest pages. */
  CHUNKS_SAVED,
  /** Chunks copied to the pool while a guest thread waited. */
  CHUNKS_COPIED,
  /** Chunks copied to the pool by the bulk thread, before or after a guest thread came to wait. */
  CHUNKS_AHEAD,
  /** Chunks without a populated page at the freeze. */
  CHUNKS_EMPTY,
  /** Chunks on one huge page at the freeze. */
  CHUNKS_HUGE,
  /** Guest RAM that needs no more work, in bytes. */
  BYTES_DONE,
  /** Page data given to the file, in bytes. */
  BYTES_WRITTEN,
  /** Populated pages that were all zeros. */
  PAGES_ZERO,
  /** Pages not populated at the freeze. */
  PAGES_UNPOPULATED,
  /** Pages that are as the parent has them. */
  PAGES_INHERITED,
  /** Write faults. */
  REQUESTS,
  /** Write faults that waited for the file. */
  REQUESTS_WAITED,
  /** Taking arrays' addresses, with the wait for a critical section, and registering, in ns. */
  PLACE_NS,
  /** Copying edges, in ns. */
  EDGES_NS,
  /** Finding populated pages, in ns. */
  SCAN_NS,
  /** Write-protecting, in ns. */
  ARM_NS,
  /** When RAM was armed, by System.nanoTime; 0: not yet. */
  SAVING_START_NS,
  /** When nothing was protected any more, by System.nanoTime; 0: not yet. */
  SAVING_END_NS,
  POOL_BYTES,
  POOL_PEAK_BYTES,
  /** 1 while the file is written with O_DIRECT. */
  DIRECT_IO,
  /** Stalls in the histogram. */
  STALLS,
  /** The longest stall, in ns. */
  STALL_MAX_NS,
  /** A block of which memory was taken away before it was saved: its index + 1; 0: none. */
  LOST,
  /** Chunks that the kernel had to read, because this process may not read all of them. */
  CHUNKS_FETCHED;

  /** Where it stands behind the pointer to the figures, in bytes. */
  long offset() {
    return 8L * ordinal();
  }
}
