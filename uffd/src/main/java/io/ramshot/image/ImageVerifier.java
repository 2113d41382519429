package io.ramshot.image;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Reads an image's page data and tells what is damaged. Opening the image checked the rest. */
public final class ImageVerifier {
  /** How many damages are listed one by one. */
  public static final int LISTED_DAMAGES = 100;

  /** How much is read. */
  public enum Depth {
    /** The stored pages: all that a restore reads. */
    STORED_PAGES,
    /**
     * Every byte, holes too, which must read as zeros: for files that others than ramshot read as
     * plain memory. Takes as long as RAM is large.
     */
    EVERY_BYTE
  }

  /** Told about twice a MiB, by the thread that verifies. */
  @FunctionalInterface
  public interface Progress {
    Progress NONE = (done, total) -> {};

    /**
     * @param doneBytes read so far
     * @param totalBytes to be read in all
     */
    void at(long doneBytes, long totalBytes);
  }

  private static final int READ_LENGTH = 1 << 20;

  private final Image image;
  private final int pageSize;
  private final Depth depth;
  private final Progress progress;
  private final ByteBuffer buffer;
  private final Checksum checksum = new Checksum();
  private final List<Damage> first = new ArrayList<>();
  private long damages;
  private long readBytes;
  private long totalBytes;

  private ImageVerifier(Image image, Depth depth, Progress progress) {
    this.image = image;
    this.pageSize = image.header().pageSize();
    this.depth = depth;
    this.progress = progress;
    long longest = pageSize;
    for (ImageBlock block : image.blocks()) {
      longest = Math.max(longest, block.regionLength(pageSize));
    }
    this.buffer = ByteBuffer.allocateDirect((int) Math.min(longest, READ_LENGTH));
  }

  /**
   * Reads to the end whatever is damaged; a page that cannot be read counts as damaged.
   *
   * @throws ImageException if the image is or gets closed
   */
  public static Verification verify(Image image, Depth depth, Progress progress)
      throws ImageException {
    return new ImageVerifier(image, depth, progress).verify();
  }

  private Verification verify() throws ImageException {
    totalBytes = depth == Depth.EVERY_BYTE ? image.header().metadataOffset() : 0;
    for (ImageBlock block : image.blocks()) {
      totalBytes += depth == Depth.EVERY_BYTE ? 0 : image.storedPages(block) * pageSize;
    }
    long end = ImageHeader.LENGTH;
    readBytes = depth == Depth.EVERY_BYTE ? end : 0;
    for (ImageBlock block : image.blocks()) {
      verifyGap(end, block.dataOffset());
      verifyBlock(block);
      end = block.dataOffset() + block.regionLength(pageSize);
    }
    verifyGap(end, image.header().metadataOffset());
    progress.at(readBytes, totalBytes);
    return new Verification(readBytes, damages, List.copyOf(first));
  }

  private void verifyBlock(ImageBlock block) throws ImageException {
    PageTable table = image.pageTable(block);
    long pages = block.pageCount(pageSize);
    for (long page = 0; page < pages; ) {
      long end = table.runEnd(page);
      if (table.kind(page) == PageKind.STORED || depth == Depth.EVERY_BYTE) {
        verifyRun(block, table, page, end);
      }
      if (table.kind(page) == PageKind.INHERITED) {
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
      advance(pages * (long) pageSize);
    }
  }

  /** The ancestors' files hold them. */
  private void verifyInherited(ImageBlock block, long from, long end) throws ImageException {
    for (long page = from; page < end; page++) {
      try {
        image.readPage(block, page, buffer.clear().limit(pageSize));
      } catch (ImageException e) {
        if (!image.file().isOpen()) {
          throw e;
        }
        report(block, page, "is inherited: " + e.getMessage());
      }
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
    if (depth != Depth.EVERY_BYTE) {
      return;
    }
    boolean intact = true;
    for (long at = from; at < end; ) {
      int length = (int) Math.min(end - at, buffer.capacity());
      if (intact && !(read(at, length) && isZero(0, length))) {
        intact = false;
        report(new Damage("", -1, at, "bytes where nothing is stored"));
      }
      at += length;
      advance(length);
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

  private void advance(long bytes) {
    readBytes += bytes;
    progress.at(readBytes, totalBytes);
  }

  private void report(ImageBlock block, long page, String problem) {
    report(new Damage(block.name(), page, block.fileOffset(page, pageSize), problem));
  }

  private void report(Damage damage) {
    damages++;
    if (first.size() < LISTED_DAMAGES) {
      first.add(damage);
    }
  }
}
