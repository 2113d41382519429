package io.ramshot.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The shape of a block of pieces comes back, and no impossible one does. */
class PiecesTest {
  @TempDir Path directory;
  private Path file;
  private TestImage written;
  private byte[] image;
  private int shape;

  @BeforeEach
  void writeImage() throws Exception {
    file = directory.resolve("x.ramshot");
    written =
        new TestImage()
            .block("ram", 16, new byte[] {1, 2, 3})
            .pieces("vram", 4, 20, Shape.ABSENT, 0, 7)
            .pieces("tiles", 8, 600);
    written.write(file);
    image = Files.readAllBytes(file);
    shape = new Forgery(image).payload("SHAP", 0);
  }

  @Test
  void shapesComeBackWithTheirBlocks() throws Exception {
    try (Image read = Image.open(file)) {
      List<ImageBlock> blocks = read.blocks();
      assertEquals(Optional.empty(), read.shape(blocks.get(0)));
      assertEquals(written.shapes().get(0), read.shape(blocks.get(1)).orElseThrow());
      assertEquals(written.shapes().get(1), read.shape(blocks.get(2)).orElseThrow());
      assertArrayEquals(
          new long[] {20, -1, 0, 7}, read.shape(blocks.get(1)).orElseThrow().lengths());
      for (ImageBlock block : blocks) {
        HeapMemory memory = new HeapMemory(block.length());
        RamLoader.load(read, block, memory);
        assertArrayEquals(written.contents().get(block.id()), memory.bytes);
      }
      assertTrue(
          ImageVerifier.verify(read, ImageVerifier.Depth.EVERY_BYTE, ImageVerifier.Progress.NONE)
              .isIntact());
    }
  }

  @Test
  void everyFieldOfAShape() throws Exception {
    refused("section SHAP of block 2 is in the place of block 1", f -> f.putInt(shape, 2));
    refused("elements of 3 bytes", f -> f.putInt(shape + 4, 3));
    refused("elements of 4294967295 bytes", f -> f.putInt(shape + 4, -1));
    refused("pieces that are not the 108 bytes of block vram", f -> f.putInt(shape + 4, 8));
    refused("too short for 4294967295 pieces", f -> f.putInt(shape + 8, -1));
    refused("bytes too many", f -> f.putInt(shape + 8, 3));
    refused("pieces that are not", f -> f.putLong(shape + 12, 21));
    refused("pieces that are not", f -> f.putLong(shape + 12, -2));
    refused("pieces that are not", f -> f.putLong(shape + 12, 1L << 62));
    refused(
        "has STAT where this build expects SHAP",
        f -> f.put(f.payload("SHAP", 1) - 24, (byte) 's'));
  }

  @Test
  void noChangedByteGoesUnnoticed() throws Exception {
    int end = image.length;
    for (int at = shape - 24; at < end; at++) {
      byte[] changed = image.clone();
      changed[at] ^= 4;
      Files.write(file, changed);
      assertThrows(ImageException.class, () -> Image.open(file), "byte " + at);
    }
  }

  @Test
  void aWriterTakesOnlyShapesThatFit() {
    TestImage wrong = new TestImage().pieces("vram", 4, 20);
    wrong.shapes().clear();
    assertThrows(IllegalArgumentException.class, () -> wrong.write(directory.resolve("none")));
    wrong.shapes().add(new Shape(0, 4, new long[] {21}));
    assertThrows(IllegalArgumentException.class, () -> wrong.write(directory.resolve("none")));
  }

  private void refused(String message, UnaryOperator<Forgery> forge) throws Exception {
    forge.apply(new Forgery(image)).seal().write(file);
    ImageException e = assertThrows(ImageException.class, () -> Image.open(file));
    assertTrue(e.getMessage().contains(message), e::getMessage);
  }
}
