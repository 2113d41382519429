package io.ramshot.agent.tools;

import io.ramshot.file.NewFile;
import io.ramshot.image.Image;
import io.ramshot.image.ImageBlock;
import io.ramshot.image.PageKind;
import io.ramshot.image.PageTable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * A file of guest RAM that is taken out of an image. Zero pages become holes. It has its name only
 * once it is whole, and nothing remains of it where something goes wrong before.
 */
public final class Extraction implements AutoCloseable {
  private static final int BATCH_BYTES = 1 << 20;

  private final NewFile file;
  private final FileChannel channel;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BATCH_BYTES);
  private long dataBytes;

  private Extraction(NewFile file) {
    this.file = file;
    this.channel = file.channel();
  }

  /**
   * @param target must not exist
   */
  public static Extraction create(Path target) throws IOException {
    return new Extraction(NewFile.create(target));
  }

  /** Writes bytes at an offset. */
  public void put(ByteBuffer bytes, long offset) throws IOException {
    long at = offset;
    while (bytes.hasRemaining()) {
      at += channel.write(bytes, at);
    }
  }

  /**
   * Writes a block's memory.
   *
   * @param offset of its first byte in the file
   */
  public void put(Image image, ImageBlock block, long offset) throws IOException {
    PageTable table = image.pageTable(block);
    int pageSize = image.header().pageSize();
    int most = BATCH_BYTES / pageSize;
    long pages = block.pageCount(pageSize);
    for (long page = 0; page < pages; ) {
      if (table.kind(page) == PageKind.ZERO) {
        page++;
        continue;
      }
      long end = page + 1;
      while (end < pages && end - page < most && table.kind(end) != PageKind.ZERO) {
        end++;
      }
      image.readPages(block, page, (int) (end - page), buffer.clear());
      long from = block.blockOffset(page, pageSize);
      long to = block.blockOffset(end, pageSize);
      int lead = (int) (block.lead() + from - page * pageSize);
      put(buffer.clear().limit(lead + (int) (to - from)).position(lead), offset + from);
      dataBytes += to - from;
      page = end;
    }
  }

  /** Bytes of pages that were not zero. */
  public long dataBytes() {
    return dataBytes;
  }

  /** Gives the file its length and its name. */
  public void finish(long length) throws IOException {
    long size = channel.size();
    if (size < length) {
      put(ByteBuffer.wrap(new byte[1]), length - 1);
    }
    file.seal(length);
    file.publish();
    file.syncFolder();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
