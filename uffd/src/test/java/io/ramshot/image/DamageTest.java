package io.ramshot.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No bit of an image can change unnoticed. */
@Tag("once")
class DamageTest {
  @TempDir Path directory;
  private Path file;
  private TestImage written;
  private byte[] bytes;
  private FileChannel channel;

  @BeforeEach
  void writeImage() throws Exception {
    file = directory.resolve("x.ramshot");
    written = TestImage.small();
    written.write(file);
    bytes = Files.readAllBytes(file);
    channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  @AfterEach
  void close() throws Exception {
    channel.close();
  }

  private void set(long at, int value) throws Exception {
    channel.write(ByteBuffer.wrap(new byte[] {(byte) value}), at);
  }

  @Test
  void everyBitOfHeaderAndMetadataMatters() throws Exception {
    int metadata = (int) new Forgery(bytes).bytes.getLong(80);
    Random random = new Random(1);
    for (int at = 0; at < bytes.length; at++) {
      if (at == ImageHeader.LENGTH) {
        at = metadata;
      }
      // The header's zeros are all alike: one bit of each byte is enough there.
      boolean alike = at >= 128 && at < 4092;
      for (int bit = alike ? random.nextInt(8) : 0; bit < 8; bit += alike ? 8 : 1) {
        set(at, bytes[at] ^ 1 << bit);
        assertThrows(ImageException.class, () -> Image.open(file).close(), "at " + at);
      }
      set(at, bytes[at]);
    }
    RoundTripTest.assertIntact(file);
  }

  @Test
  void everyBitOfAStoredPageMatters() throws Exception {
    try (Image image = Image.open(file)) {
      ImageBlock rom = image.blocks().get(1);
      for (int at = 0; at < TestImage.PAGE; at++) {
        long offset = rom.dataOffset() + at;
        for (int bit = 0; bit < 8; bit++) {
          set(offset, bytes[(int) offset] ^ 1 << bit);
          Verification result =
              ImageVerifier.verify(
                  image, ImageVerifier.Depth.STORED_PAGES, ImageVerifier.Progress.NONE);
          assertEquals(1, result.damages());
        }
        set(offset, bytes[(int) offset]);
      }
    }
    RoundTripTest.assertIntact(file);
  }

  @Test
  void bytesThatNobodyStoredAreSeenWhenEveryByteIsRead() throws Exception {
    try (Image image = Image.open(file)) {
      long firstRegion = image.blocks().get(0).dataOffset();
      long[] holes = {
        4096,
        firstRegion - 1,
        firstRegion,
        firstRegion + 4100,
        image.blocks().get(1).dataOffset() - 1
      };
      for (long hole : holes) {
        set(hole, 1);
        assertTrue(
            ImageVerifier.verify(
                    image, ImageVerifier.Depth.STORED_PAGES, ImageVerifier.Progress.NONE)
                .isIntact());
        Verification result = everyByte(image);
        assertEquals(1, result.damages(), "at " + hole);
        assertTrue(hole - result.first().get(0).fileOffset() < 1 << 20);
        set(hole, 0);
      }
      assertTrue(everyByte(image).isIntact());
    }
    // What the holes hold is not restored either way.
    set(1 << 20, 1);
    RoundTripTest.assertLoads(written, file);
  }

  @Test
  void aDamagedPageIsNamed() throws Exception {
    try (Image image = Image.open(file)) {
      ImageBlock ram = image.blocks().get(0);
      long offset = ram.fileOffset(2, TestImage.PAGE);
      set(offset + 5, bytes[(int) offset + 5] ^ 1);
      Damage damage = everyByte(image).first().get(0);
      assertEquals("ram", damage.block());
      assertEquals(2, damage.page());
      assertEquals(offset, damage.fileOffset());
      assertTrue(damage.toString().startsWith("page 2 of block ram, file offset " + offset + ": "));

      HeapMemory memory = new HeapMemory(ram.length());
      String loading =
          assertThrows(ImageException.class, () -> RamLoader.load(image, ram, memory)).getMessage();
      assertTrue(
          loading.startsWith(
              file + " is damaged: page 2 of block ram, at file offset " + offset + ", has"),
          loading);
      ByteBuffer page = ByteBuffer.allocate(TestImage.PAGE);
      assertEquals(
          loading,
          assertThrows(ImageException.class, () -> image.readPage(ram, 2, page)).getMessage());
    }
  }

  @Test
  void bytesOutsideOfTheBlockAreSeen() throws Exception {
    Path foreign = directory.resolve("foreign.ramshot");
    ImageLayout layout =
        ImageLayout.plan(4096, java.util.List.of(new Extent("ram", BlockKind.DIRECT, 10, 16)));
    for (int at : new int[] {15, 16, 25, 26}) {
      byte[] page = new byte[4096];
      page[at] = 1;
      ByteBuffer kinds = ByteBuffer.allocate(1).put(0, (byte) 1);
      ByteBuffer crcs =
          ByteBuffer.allocate(4)
              .order(java.nio.ByteOrder.LITTLE_ENDIAN)
              .putInt(0, new Checksum().of(ByteBuffer.wrap(page), 0, 4096));
      try (FileChannel out =
          FileChannel.open(foreign, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        out.write(ByteBuffer.wrap(page), layout.blocks().get(0).dataOffset());
        ImageWriter.finish(
            out,
            layout,
            ImageContents.of(
                TestImage.ID,
                TestImage.FREEZE_TIME,
                java.util.List.of(new PageTable(kinds, crcs)),
                java.util.List.of(),
                java.util.Map.of()));
      }
      try (Image image = Image.open(foreign)) {
        assertEquals(at == 16 || at == 25, everyByte(image).isIntact(), "at " + at);
      }
    }
  }

  @Test
  void pagesThatCannotBeReadAreDamagedPages() throws Exception {
    Path large = directory.resolve("large.ramshot");
    byte[] ram = new byte[300 * TestImage.PAGE];
    new Random(1).nextBytes(ram);
    new TestImage().block("ram", 0, ram).write(large);
    try (Image image = Image.open(large);
        FileChannel out = FileChannel.open(large, StandardOpenOption.WRITE)) {
      out.truncate(image.blocks().get(0).fileOffset(100, TestImage.PAGE) + 1);
      Verification result =
          ImageVerifier.verify(
              image, ImageVerifier.Depth.STORED_PAGES, ImageVerifier.Progress.NONE);
      assertEquals(200, result.damages());
      assertEquals(ImageVerifier.LISTED_DAMAGES, result.first().size());
      assertEquals(100, result.first().get(0).page());
      assertEquals("cannot be read", result.first().get(0).problem());
    }
  }

  @Test
  void aClosedImageCannotBeVerified() throws Exception {
    Image image = Image.open(file);
    image.close();
    assertThrows(ImageException.class, () -> everyByte(image));
  }

  /** Random damage ends in an ImageException, in a bad verification, or in the same content. */
  @Test
  void randomDamageIsFoundOrHarmless() throws Exception {
    Random random = new Random(20_260_101);
    int metadata = (int) new Forgery(bytes).bytes.getLong(80);
    int refused = 0;
    for (int round = 0; round < 3000; round++) {
      boolean data = random.nextInt(4) == 0;
      int from = data ? 1 << 20 : random.nextInt(3) == 0 ? 0 : metadata;
      int range = data ? metadata - from : from == 0 ? 4096 : bytes.length - metadata;
      byte[] damage = new byte[1 + random.nextInt(random.nextBoolean() ? 4 : 64)];
      random.nextBytes(damage);
      int at = from + random.nextInt(range);
      int length = Math.min(damage.length, bytes.length - at);
      channel.write(ByteBuffer.wrap(damage, 0, length), at);
      try (Image image = Image.open(file)) {
        if (ImageVerifier.verify(
                image, ImageVerifier.Depth.STORED_PAGES, ImageVerifier.Progress.NONE)
            .isIntact()) {
          assertSameContent(image);
        } else {
          refused++;
        }
      } catch (ImageException e) {
        refused++;
      }
      channel.write(ByteBuffer.wrap(bytes, at, length), at);
    }
    assertTrue(refused > 1500, "only " + refused + " refused");
    RoundTripTest.assertIntact(file);
  }

  /** The same, when whoever damaged the metadata made all its checksums right again. */
  @Test
  void randomMetadataWithRightChecksumsBreaksNothing() throws Exception {
    Random random = new Random(20_260_102);
    int metadata = (int) new Forgery(bytes).bytes.getLong(80);
    int opened = 0;
    for (int round = 0; round < 3000; round++) {
      Forgery forgery = new Forgery(bytes);
      for (int i = random.nextInt(3); i >= 0; i--) {
        int at =
            random.nextInt(5) == 0
                ? 8 + random.nextInt(104)
                : metadata + random.nextInt(bytes.length - metadata - 8);
        switch (random.nextInt(4)) {
          case 0 -> forgery.put(at, (byte) (1 << random.nextInt(8)));
          case 1 -> forgery.putInt(at, random.nextBoolean() ? -1 : Integer.MAX_VALUE);
          case 2 -> forgery.putLong(at, random.nextBoolean() ? Long.MAX_VALUE : 1L << 50);
          default -> forgery.putInt(at, random.nextInt());
        }
      }
      forgery.seal();
      channel.write(forgery.bytes.slice(0, 4096), 0);
      channel.write(forgery.bytes.slice(metadata, bytes.length - metadata), metadata);
      try (Image image = Image.open(file)) {
        opened++;
        ImageVerifier.verify(image, ImageVerifier.Depth.STORED_PAGES, ImageVerifier.Progress.NONE);
        for (ImageBlock block : image.blocks()) {
          RamLoader.load(image, block, new HeapMemory(block.length()));
        }
      } catch (ImageException e) {
        assertFalse(e.getMessage().contains("needs"), e::getMessage);
      }
    }
    assertTrue(opened > 100, "only " + opened + " opened");
  }

  private void assertSameContent(Image image) throws ImageException {
    assertEquals(TestImage.ID, image.header().id());
    assertEquals(written.info(), image.info());
    for (int i = 0; i < written.states().size(); i++) {
      assertArrayEquals(written.states().get(i).bytes(), image.states().get(i).bytes());
    }
    for (ImageBlock block : image.blocks()) {
      HeapMemory memory = new HeapMemory(block.length());
      RamLoader.load(image, block, memory);
      assertArrayEquals(written.contents().get(block.id()), memory.bytes);
    }
  }

  private static Verification everyByte(Image image) throws ImageException {
    return ImageVerifier.verify(image, ImageVerifier.Depth.EVERY_BYTE, ImageVerifier.Progress.NONE);
  }
}
