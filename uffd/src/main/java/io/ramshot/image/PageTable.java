package io.ramshot.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What an image holds for each page of one block.
 *
 * @param kinds one byte a page from position to limit: a {@link PageKind#code}
 * @param crcs four bytes a page from position to limit, little-endian whatever the buffer's own
 *     order: CRC-32C of the whole page, 0 for a zero page
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
    return switch (kinds.get((int) page)) {
      case 1 -> PageKind.STORED;
      case 2 -> PageKind.INHERITED;
      default -> PageKind.ZERO;
    };
  }

  /** CRC-32C of a page, 0 for a zero page. */
  public int crc(long page) {
    return crcs.getInt((int) page * 4);
  }

  /** The page after the longest run of zero pages, or of others, that starts at {@code page}. */
  long contentRunEnd(long page) {
    boolean zero = kinds.get((int) page) == 0;
    int end = (int) page + 1;
    while (end < kinds.capacity() && (kinds.get(end) == 0) == zero) {
      end++;
    }
    return end;
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

  /** The parent's, as far as this one tells: what is inherited is stored there. */
  PageTable inheritedOnly() {
    ByteBuffer theirs = ByteBuffer.allocateDirect(kinds.capacity());
    for (int page = 0; page < kinds.capacity(); page++) {
      if (kind(page) == PageKind.INHERITED) {
        theirs.put(page, PageKind.STORED.code());
      }
    }
    return new PageTable(theirs, crcs());
  }

  long pages(PageKind kind) {
    long pages = 0;
    for (int page = 0; page < kinds.capacity(); page++) {
      pages += kinds.get(page) == kind.code() ? 1 : 0;
    }
    return pages;
  }

  /**
   * The first page whose kind is unknown, or that is zero but has a checksum; -1 if none.
   *
   * @param inherits whether pages may be a parent's
   */
  int firstInvalid(boolean inherits) {
    for (int page = 0; page < kinds.capacity(); page++) {
      byte kind = kinds.get(page);
      if (kind != PageKind.STORED.code()
          && !(inherits && kind == PageKind.INHERITED.code())
          && (kind != PageKind.ZERO.code() || crcs.getInt(page * 4) != 0)) {
        return page;
      }
    }
    return -1;
  }
}
