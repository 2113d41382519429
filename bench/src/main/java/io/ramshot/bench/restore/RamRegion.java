package io.ramshot.bench.restore;

import io.ramshot.image.Image;
import io.ramshot.image.ImageBlock;
import io.ramshot.image.ImageException;
import java.nio.file.Path;

/**
 * Where RAM stands in an image: one block, in one piece.
 *
 * @param file the image
 * @param offset of RAM's first byte in the file
 * @param bytes how long RAM is
 */
record RamRegion(Path file, long offset, long bytes) {

  /** The block's name in images and guests. */
  static final String BLOCK = "ram";

  /**
   * @throws ImageException if it is no sound image, or none of the bench's
   */
  static RamRegion of(Path file) throws ImageException {
    try (Image image = Image.open(file)) {
      ImageBlock block = image.blocks().get(0);
      if (image.blocks().size() != 1 || !block.name().equals(BLOCK) || block.lead() != 0) {
        throw new IllegalArgumentException(file + " was not made by the bench");
      }
      return new RamRegion(file, block.dataOffset(), block.length());
    }
  }
}
