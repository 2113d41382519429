package io.ramshot.hosts;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.image.Image;
import io.ramshot.image.ImageBlock;
import io.ramshot.image.ImageVerifier;
import io.ramshot.image.Memory;
import io.ramshot.image.ParticipantState;
import io.ramshot.image.RamLoader;
import io.ramshot.image.Verification;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What an image holds, read as a restore reads it, after every byte of the file was verified.
 *
 * @param blocks little-endian RAM by block name, in the image's order
 * @param states what participants saved
 */
record SavedRam(Map<String, ByteBuffer> blocks, List<byte[]> states) {

  static SavedRam read(Path file) throws Exception {
    try (Image image = Image.open(file)) {
      Verification verification =
          ImageVerifier.verify(image, ImageVerifier.Depth.EVERY_BYTE, ImageVerifier.Progress.NONE);
      assertTrue(verification.isIntact(), () -> file + ": " + verification.first());
      Map<String, ByteBuffer> blocks = new LinkedHashMap<>();
      for (ImageBlock block : image.blocks()) {
        blocks.put(block.name(), ram(image, block));
      }
      List<byte[]> states = new ArrayList<>();
      for (ParticipantState state : image.states()) {
        states.add(state.bytes());
      }
      return new SavedRam(blocks, states);
    }
  }

  private static ByteBuffer ram(Image image, ImageBlock block) throws Exception {
    byte[] bytes = new byte[Math.toIntExact(block.length())];
    // A load that left a byte out would leave this.
    Arrays.fill(bytes, (byte) 0xa5);
    RamLoader.load(
        image,
        block,
        new Memory() {
          @Override
          public ByteBuffer slice(long offset, int length) {
            return ByteBuffer.wrap(bytes, (int) offset, length).slice();
          }

          @Override
          public void zero(long offset, long length) {
            Arrays.fill(bytes, (int) offset, (int) (offset + length), (byte) 0);
          }
        });
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** All of it, for a host that keeps RAM in one block, or in pieces one after the other. */
  ByteBuffer ram() {
    assertFalse(blocks.isEmpty(), "no RAM");
    int length = blocks.values().stream().mapToInt(ByteBuffer::capacity).sum();
    ByteBuffer all = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    blocks.values().forEach(block -> all.put(block.duplicate()));
    return all.flip();
  }
}
