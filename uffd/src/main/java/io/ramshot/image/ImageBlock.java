package io.ramshot.image;

/**
 * A block's place in an image.
 *
 * <p>Its <i>image pages</i> are the memory pages it touched: where the block began or ended in the
 * middle of a page, the first or last image page holds zeros besides the block's bytes.
 *
 * @param id the block's index in the image
 * @param name unique within the image
 * @param length of the block, in bytes
 * @param dataOffset where its first image page stands in the file, in bytes
 * @param lead bytes of the first image page before the block's first byte
 */
public record ImageBlock(
    int id, String name, BlockKind kind, long length, long dataOffset, int lead) {

  /** Page tables of a block are indexed by int, and so are their checksums' bytes. */
  static final long MAX_PAGES = 1L << 28;

  /**
   * @return image pages of this block
   */
  public long pageCount(int pageSize) {
    return (lead + length + pageSize - 1) / pageSize;
  }

  /**
   * @return bytes this block takes in the file, holes included
   */
  public long regionLength(int pageSize) {
    return pageCount(pageSize) * pageSize;
  }

  /**
   * @return where an image page stands in the file, in bytes
   */
  public long fileOffset(long page, int pageSize) {
    return dataOffset + page * pageSize;
  }

  /**
   * The first byte of the block that an image page holds; for the page after the last, the block's
   * length.
   *
   * @return offset in the block, in bytes
   */
  public long blockOffset(long page, int pageSize) {
    return Math.min(Math.max(page * pageSize - lead, 0), length);
  }

  /** Whether an image page holds bytes of the block only. */
  boolean isWhole(long page, int pageSize) {
    return blockOffset(page + 1, pageSize) - blockOffset(page, pageSize) == pageSize;
  }

  /** Whether {@link #pageCount} can be computed without overflow, and is within the limit. */
  static boolean fits(long length, int lead, int pageSize) {
    return length <= MAX_PAGES * pageSize - lead;
  }
}
