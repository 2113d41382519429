package io.ramshot.image;

import io.ramshot.image.ImageVerifier.Depth;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Verifies one piece of an image at a time. One is for one thread. */
final class PieceVerifier {
  private static final int READ_LENGTH = 1 << 20;

  private final Image image;
  private final int pageSize;
  private final Depth depth;
  private final ByteBuffer buffer;
  private final Checksum checksum = new Checksum();
  private List<Damage> found;
  private long readBytes;

  PieceVerifier(Image image, Depth depth) {
    this.image = image;
    this.pageSize = image.header().pageSize();
    this.depth = depth;
    long longest = pageSize;
    for (ImageBlock block : image.blocks()) {
      longest = Math.max(longest, block.regionLength(pageSize));
    }
    buffer = ByteBuffer.allocateDirect((int) Math.min(longest, READ_LENGTH));
  }

  /** What it has read since it was last asked. */
  long takeReadBytes() {
    long bytes = readBytes;
    readBytes = 0;
    return bytes;
  }

  /**
   * @return what is damaged, in file order
   * @throws ImageException if the image is or gets closed
   */
  List<Damage> verify(ImageVerifier.Stretch piece) throws ImageException {
    found = new ArrayList<>();
    if (piece.block() == null) {
      verifyGap(piece.from(), piece.to());
    } else {
      verifyPages(piece);
    }
    return found;
  }

  private void verifyPages(ImageVerifier.Stretch piece) throws ImageException {
    ImageBlock block = piece.block();
    PageTable table = image.pageTable(block);
    long last = (piece.to() - block.dataOffset()) / pageSize;
    for (long page = (piece.from() - block.dataOffset()) / pageSize; page < last; ) {
      long end = Math.min(last, table.runEnd(page));
      PageKind kind = table.kind(page);
      if (kind == PageKind.STORED || depth == Depth.EVERY_BYTE) {
        verifyRun(block, table, page, end);
      }
      if (kind == PageKind.INHERITED) {
        verifyInherited(block, page, end);
      }
      page = end;
    }
  }

  private void verifyRun(ImageBlock block, PageTable table, long from, long end)
      throws ImageException {
    for (long page = from; page < end; ) {
      int pages = (int) Math.min(end - page, buffer.capacity() / pageSize);
      if (read(block.fileOffset(page, pageSize), pages * pageSize)) {
        for (int i = 0; i < pages; i++) {
          verifyPage(block, table, page + i, i * pageSize);
        }
      } else {
        for (int i = 0; i < pages; i++) {
          if (read(block.fileOffset(page + i, pageSize), pageSize)) {
            verifyPage(block, table, page + i, 0);
          } else {
            report(block, page + i, "cannot be read");
          }
        }
      }
      page += pages;
      readBytes += pages * (long) pageSize;
    }
  }

  /** The ancestors' files hold them. */
  private void verifyInherited(ImageBlock block, long from, long end) throws ImageException {
    for (long page = from; page < end; ) {
      int pages = (int) Math.min(end - page, buffer.capacity() / pageSize);
      if (!readInherited(block, page, pages, false)) {
        for (int i = 0; i < pages; i++) {
          readInherited(block, page + i, 1, true);
        }
      }
      page += pages;
      readBytes += pages * (long) pageSize;
    }
  }

  private boolean readInherited(ImageBlock block, long page, int pages, boolean report)
      throws ImageException {
    try {
      image.readPages(block, page, pages, buffer.clear().limit(pages * pageSize));
      return true;
    } catch (ImageException e) {
      if (!image.file().isOpen()) {
        throw e;
      }
      if (report) {
        report(block, page, "is inherited: " + e.getMessage());
      }
      return false;
    }
  }

  /**
   * @param at index of the page's first byte in the buffer
   */
  private void verifyPage(ImageBlock block, PageTable table, long page, int at) {
    if (table.kind(page) != PageKind.STORED) {
      if (!isZero(at, at + pageSize)) {
        report(block, page, "holds bytes although it is not stored");
      }
      return;
    }
    int crc = checksum.of(buffer, at, pageSize);
    if (crc != table.crc(page)) {
      report(
          block,
          page,
          String.format("has checksum 0x%08x instead of 0x%08x", crc, table.crc(page)));
      return;
    }
    long offset = block.blockOffset(page, pageSize);
    int from = (int) (block.lead() + offset - page * pageSize);
    int to = from + (int) (block.blockOffset(page + 1, pageSize) - offset);
    if (!isZero(at, at + from) || !isZero(at + to, at + pageSize)) {
      report(block, page, "holds bytes from outside of the block");
    }
  }

  /** Between the header, the regions and the metadata there is nothing. */
  private void verifyGap(long from, long end) throws ImageException {
    boolean intact = true;
    for (long at = from; at < end; ) {
      int length = (int) Math.min(end - at, buffer.capacity());
      if (intact && !(read(at, length) && isZero(0, length))) {
        intact = false;
        found.add(new Damage("", -1, at, "bytes where nothing is stored"));
      }
      at += length;
      readBytes += length;
    }
  }

  /**
   * @return false if this stretch cannot be read
   */
  private boolean read(long offset, int length) throws ImageException {
    try {
      image.file().readFully(buffer.clear().limit(length), offset);
      return true;
    } catch (ImageException e) {
      if (!image.file().isOpen()) {
        throw e;
      }
      return false;
    }
  }

  private boolean isZero(int from, int to) {
    int i = from;
    for (; i + Long.BYTES <= to; i += Long.BYTES) {
      if (buffer.getLong(i) != 0) {
        return false;
      }
    }
    for (; i < to; i++) {
      if (buffer.get(i) != 0) {
        return false;
      }
    }
    return true;
  }

  private void report(ImageBlock block, long page, String problem) {
    found.add(new Damage(block.name(), page, block.fileOffset(page, pageSize), problem));
  }
}
