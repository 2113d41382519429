package io.ramshot.image;

import java.nio.ByteBuffer;

/**
 * Fills memory from an image, and checks every page on the way. One loader is for one thread; the
 * blocks of an image may be loaded by several.
 */
public final class RamLoader {
  /** What a read takes at most, in bytes: small enough that checksums find it in the cache. */
  static final int READ_LENGTH = 1 << 20;

  private final Image image;
  private final ImageBlock block;
  private final Memory memory;
  private final PageTable table;
  private final int pageSize;

  private RamLoader(Image image, ImageBlock block, Memory memory) {
    this.image = image;
    this.block = block;
    this.memory = memory;
    this.table = image.pageTable(block);
    this.pageSize = image.header().pageSize();
  }

  /**
   * Gives a block the content it had at the freeze. The memory may lie differently in its pages
   * than it did then.
   *
   * @param memory of the block, as long as {@code block.length()}
   * @throws ImageException if the file cannot be read or a page is damaged; the memory has been
   *     changed in part then
   */
  public static void load(Image image, ImageBlock block, Memory memory) throws ImageException {
    new RamLoader(image, block, memory).load();
  }

  /**
   * Gives a block's first and last page what they hold of it, where that is not all of the page.
   *
   * @throws ImageException as {@link #load}
   */
  public static void loadEdges(Image image, ImageBlock block, Memory memory) throws ImageException {
    new RamLoader(image, block, memory).loadEdges();
  }

  private void loadEdges() throws ImageException {
    long last = block.pageCount(pageSize) - 1;
    for (long page = 0; page <= last; page += Math.max(1, last)) {
      if (!block.isWhole(page, pageSize)) {
        loadEdge(page);
      }
    }
  }

  private void load() throws ImageException {
    long pages = block.pageCount(pageSize);
    for (long first = 0; first < pages; ) {
      long end = table.contentRunEnd(first);
      if (table.kind(first) == PageKind.ZERO) {
        long offset = block.blockOffset(first, pageSize);
        memory.zero(offset, block.blockOffset(end, pageSize) - offset);
      } else {
        loadContent(first, end);
      }
      first = end;
    }
  }

  private void loadContent(long first, long end) throws ImageException {
    long page = first;
    while (page < end) {
      if (!block.isWhole(page, pageSize)) {
        loadEdge(page);
        page++;
        continue;
      }
      // Only a block's last page can be an edge from here on.
      long wholeEnd = block.isWhole(end - 1, pageSize) ? end : end - 1;
      int pages = (int) Math.min(wholeEnd - page, READ_LENGTH / pageSize);
      loadWhole(page, pages);
      page += pages;
    }
  }

  private void loadWhole(long page, int pages) throws ImageException {
    ByteBuffer to = memory.slice(block.blockOffset(page, pageSize), pages * pageSize);
    image.readPages(block, page, pages, to);
    memory.filled(block.blockOffset(page, pageSize), to.rewind());
  }

  /** The checksum covers the whole page, the block only a part of it. */
  private void loadEdge(long page) throws ImageException {
    ByteBuffer bounce = ByteBuffer.allocate(pageSize);
    image.readPage(block, page, bounce);
    long offset = block.blockOffset(page, pageSize);
    int length = (int) (block.blockOffset(page + 1, pageSize) - offset);
    int from = (int) (block.lead() + offset - page * pageSize);
    ByteBuffer to = memory.slice(offset, length);
    to.put(bounce.clear().limit(from + length).position(from));
    memory.filled(offset, to.rewind());
  }
}
