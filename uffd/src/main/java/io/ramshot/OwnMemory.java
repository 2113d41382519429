package io.ramshot;

import io.ramshot.image.Extent;
import io.ramshot.limits.MemoryLimit.Counted;
import java.util.List;

/**
 * The memory of ramshot's own that one snapshot takes beside its copy pool, in bytes. Each figure
 * is an upper bound.
 *
 * @param populatedBytes what is written to
 * @param mappedBytes what is asked for, written to or not
 */
record OwnMemory(long populatedBytes, long mappedBytes) {
  /** Classes, compiled code and stacks: 11 to 15 MiB for the first snapshot of a JVM. */
  private static final long CODE_BYTES = 16L << 20;

  /** The same for those that come after it, which find most of it there. */
  private static final long MORE_CODE_BYTES = 4L << 20;

  private static volatile boolean codeIsThere;

  /** Of a page: whether it is there, its kind and its checksum. */
  private static final int PAGE_BYTES = 6;

  /** Of a page: its hash, and once more while the image is sealed. */
  private static final int HASH_BYTES = 2 * 16;

  /** Of a page that a parent has: its hash there. */
  private static final int PARENT_BYTES = 16;

  /** Of a chunk: its state, its place in the queues, its history. */
  private static final int CHUNK_BYTES = 64;

  /** Of the last pages that are tracked: where each was. */
  private static final int STAGED_PAGE_BYTES = 24;

  /** Of whatever is asked for in one piece: its last page, and page tables. */
  private static final int PIECE_BYTES = 16 << 10;

  /**
   * @param page size of a page, in bytes
   * @param hashes whether pages are hashed
   * @param increment whether there is a parent
   */
  static OwnMemory of(List<BlockCapture> captures, int page, boolean hashes, boolean increment) {
    long populated = codeIsThere ? MORE_CODE_BYTES : CODE_BYTES;
    long mapped = populated;
    long trackedPages = 0;
    int eachPage = PAGE_BYTES + (hashes ? HASH_BYTES : 0) + (increment ? PARENT_BYTES : 0);
    for (BlockCapture capture : captures) {
      Extent extent = capture.planned();
      long pages = (extent.lead() + extent.length() + page - 1) / page;
      long tables = pages * eachPage + PIECE_BYTES;
      if (capture.tracked()) {
        trackedPages += pages;
      } else {
        tables += (pages * page / SnapshotOptions.CHUNK_BYTES + 2) * CHUNK_BYTES;
        /* The ends, or all of a block that is too small to be protected. */
        tables +=
            Math.min(pages, SnapshotOptions.CHUNK_BYTES / 2 / page + 1) == pages
                ? pages * page
                : 2L * page;
      }
      populated += tables + capture.stagedBytes();
      mapped += tables + (capture.staged() ? extent.length() : 0);
    }
    if (trackedPages > 0) {
      long staged = Math.min(trackedPages, TrackedRam.STAGING_BYTES / page);
      long staging = staged * (page + STAGED_PAGE_BYTES) + 2 * SnapshotOptions.CHUNK_BYTES;
      populated += staging;
      mapped += staging;
    }
    return new OwnMemory(populated, mapped);
  }

  /** After a snapshot has come to its end in this JVM. */
  static void codeIsThere() {
    codeIsThere = true;
  }

  /** How much of it counts against a limit. */
  long bytes(Counted counted) {
    return counted == Counted.POPULATED ? populatedBytes : mappedBytes;
  }

  /** With a file that is not on a disk but in memory. */
  OwnMemory withFile(long bytes) {
    return new OwnMemory(populatedBytes + bytes, mappedBytes);
  }
}
