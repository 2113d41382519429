package io.ramshot;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.image.Image;
import io.ramshot.image.ImageBlock;
import io.ramshot.image.ImageVerifier;
import io.ramshot.image.PageKind;
import io.ramshot.image.Verification;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/** One block of a verified image, read by offsets in the block. */
final class SavedRam implements AutoCloseable {
  private final Image image;
  private final ImageBlock block;
  private final int pageSize;
  private final ByteBuffer page;
  private long cached = -1;

  private SavedRam(Image image, ImageBlock block) {
    this.image = image;
    this.block = block;
    this.pageSize = image.header().pageSize();
    this.page = ByteBuffer.allocateDirect(pageSize).order(ByteOrder.nativeOrder());
  }

  static SavedRam of(Path path, String block) throws IOException {
    Image image = Image.open(path);
    ImageBlock found =
        image.blocks().stream()
            .filter(candidate -> candidate.name().equals(block))
            .findFirst()
            .orElseThrow(() -> new AssertionError("no block " + block + " in " + path));
    return new SavedRam(image, found);
  }

  /** Fails unless every page of the image is as it was written. */
  static void verify(Path path, ImageVerifier.Depth depth) throws IOException {
    try (Image image = Image.open(path)) {
      Verification found = ImageVerifier.verify(image, depth, ImageVerifier.Progress.NONE);
      assertTrue(found.isIntact(), () -> "damaged: " + found.first());
    }
  }

  static void verify(Path path) throws IOException {
    verify(path, ImageVerifier.Depth.EVERY_BYTE);
  }

  long length() {
    return block.length();
  }

  byte at(long offset) throws IOException {
    return page(offset).get(index(offset));
  }

  /** The offset must be aligned where the memory was. */
  long longAt(long offset) throws IOException {
    return page(offset).getLong(index(offset));
  }

  boolean isStored(long offset) {
    return image.pageKind(block, (block.lead() + offset) / pageSize) == PageKind.STORED;
  }

  byte[] bytes() throws IOException {
    byte[] bytes = new byte[Math.toIntExact(length())];
    for (int at = 0; at < bytes.length; ) {
      ByteBuffer from = page(at);
      int index = index(at);
      int count = Math.min(pageSize - index, bytes.length - at);
      from.get(index, bytes, at, count);
      at += count;
    }
    return bytes;
  }

  private int index(long offset) {
    return (int) ((block.lead() + offset) % pageSize);
  }

  private ByteBuffer page(long offset) throws IOException {
    long wanted = (block.lead() + offset) / pageSize;
    if (wanted != cached) {
      image.readPage(block, wanted, page.clear());
      cached = wanted;
    }
    return page;
  }

  @Override
  public void close() throws IOException {
    image.close();
  }
}
