package io.ramshot.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What an image holds for each page of one block.
 *
 * @param kinds one byte a page from position to limit: a {@link PageKind#code}
 * @param crcs four bytes a page from position to limit, little-endian whatever the buffer's own
 *     order: CRC-32C of the whole page as stored, 0 for a page that is not stored
 */
public record PageTable(ByteBuffer kinds, ByteBuffer crcs) {

  /** Takes views, so that the caller's positions and limits do not matter afterwards. */
  public PageTable {
    kinds = kinds.slice();
    crcs = crcs.slice().order(ByteOrder.LITTLE_ENDIAN);
    if (crcs.remaining() != 4L * kinds.remaining()) {
      throw new IllegalArgumentException(
          kinds.remaining() + " pages with " + crcs.remaining() + " bytes of checksums");
    }
  }

  /** A view of its own, position 0. */
  @Override
  public ByteBuffer kinds() {
    return kinds.duplicate();
  }

  /** A view of its own, position 0, little-endian. */
  @Override
  public ByteBuffer crcs() {
    return crcs.duplicate().order(ByteOrder.LITTLE_ENDIAN);
  }

  public int pageCount() {
    return kinds.capacity();
  }

  public PageKind kind(long page) {
    return kinds.get((int) page) == PageKind.STORED.code() ? PageKind.STORED : PageKind.ZERO;
  }

  /** CRC-32C of a page as stored, 0 for a page that is not stored. */
  public int crc(long page) {
    return crcs.getInt((int) page * 4);
  }

  /** The page after the longest run of pages of one kind that starts at {@code page}. */
  long runEnd(long page) {
    byte kind = kinds.get((int) page);
    int end = (int) page + 1;
    while (end < kinds.capacity() && kinds.get(end) == kind) {
      end++;
    }
    return end;
  }

  long storedPages() {
    long stored = 0;
    for (int page = 0; page < kinds.capacity(); page++) {
      stored += kinds.get(page);
    }
    return stored;
  }

  /** The first page whose kind is unknown, or that is not stored but has a checksum; -1 if none. */
  int firstInvalid() {
    for (int page = 0; page < kinds.capacity(); page++) {
      byte kind = kinds.get(page);
      if (kind != PageKind.STORED.code()
          && (kind != PageKind.ZERO.code() || crcs.getInt(page * 4) != 0)) {
        return page;
      }
    }
    return -1;
  }
}
