package io.ramshot.image;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The bytes of an image file as its writer meant them: what is stored is checked, all else is
 * zeros, whatever the file has in its holes. Several threads may read at once.
 */
final class ImageContent {

  /**
   * Bytes of the file that are stored, from an offset to an end.
   *
   * @param block whose whole pages they are; null for the header and for metadata, which {@link
   *     Image#open} has checked
   */
  record Stretch(long from, long end, ImageBlock block) {
    int length() {
      return (int) (end - from);
    }
  }

  private final Image image;
  private final int pageSize;

  ImageContent(Image image) {
    this.image = image;
    this.pageSize = image.header().pageSize();
  }

  /** Of the file, in bytes. */
  long length() {
    return image.header().fileLength();
  }

  /**
   * What is stored in a part of the file that does not cut a page.
   *
   * @return in ascending order
   */
  List<Stretch> stored(long from, long end) {
    List<Stretch> stretches = new ArrayList<>();
    add(stretches, from, end, 0, ImageHeader.LENGTH);
    for (ImageBlock block : image.blocks()) {
      long blockEnd = block.dataOffset() + block.regionLength(pageSize);
      if (block.dataOffset() < end && blockEnd > from) {
        addPages(stretches, from, end, block);
      }
    }
    add(stretches, from, end, image.header().metadataOffset(), length());
    return stretches;
  }

  private static void add(List<Stretch> stretches, long from, long end, long start, long stop) {
    if (start < end && stop > from) {
      stretches.add(new Stretch(Math.max(from, start), Math.min(end, stop), null));
    }
  }

  private void addPages(List<Stretch> stretches, long from, long end, ImageBlock block) {
    PageTable table = image.pageTable(block);
    long page = Math.max(0, (from - block.dataOffset()) / pageSize);
    long stop = Math.min(block.pageCount(pageSize), (end - block.dataOffset()) / pageSize);
    while (page < stop) {
      long next = page + 1;
      while (next < stop && table.kind(next) == table.kind(page)) {
        next++;
      }
      if (table.kind(page) == PageKind.STORED) {
        stretches.add(
            new Stretch(block.fileOffset(page, pageSize), block.fileOffset(next, pageSize), block));
      }
      page = next;
    }
  }

  /**
   * Fills a buffer from position to limit.
   *
   * @throws ImageException if a page is damaged: the message names it
   */
  void read(Stretch stretch, ByteBuffer to) throws ImageException {
    if (stretch.block() == null) {
      image.file().readFully(to, stretch.from());
    } else {
      long page = (stretch.from() - stretch.block().dataOffset()) / pageSize;
      image.readPages(stretch.block(), page, stretch.length() / pageSize, to);
    }
  }
}
