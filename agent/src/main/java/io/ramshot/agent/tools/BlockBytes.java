package io.ramshot.agent.tools;

import io.ramshot.image.Image;
import io.ramshot.image.ImageBlock;
import io.ramshot.image.ImageException;
import java.nio.ByteBuffer;

/** A block's bytes as its guest saw them, read from an image and checked. For one thread. */
final class BlockBytes {
  private final Image image;
  private final ImageBlock block;
  private final int pageSize;
  private ByteBuffer pages = ByteBuffer.allocate(0);

  BlockBytes(Image image, ImageBlock block) {
    this.image = image;
    this.block = block;
    this.pageSize = image.header().pageSize();
  }

  /**
   * @param offset in the block, in bytes
   * @param length at least 1
   * @return a view of these bytes, valid until the next call
   */
  ByteBuffer read(long offset, int length) throws ImageException {
    long first = (block.lead() + offset) / pageSize;
    long last = (block.lead() + offset + length - 1) / pageSize;
    int count = (int) (last - first + 1);
    if (pages.capacity() < count * pageSize) {
      pages = ByteBuffer.allocateDirect(count * pageSize);
    }
    image.readPages(block, first, count, pages.clear());
    return pages.slice((int) (block.lead() + offset - first * pageSize), length);
  }
}
