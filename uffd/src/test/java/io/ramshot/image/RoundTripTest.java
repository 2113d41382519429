package io.ramshot.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RoundTripTest {
  @TempDir Path directory;

  @Test
  void everythingComesBack() throws Exception {
    Path file = directory.resolve("small.ramshot");
    TestImage written = TestImage.small();
    ImageHeader header = written.write(file);
    try (Image image = Image.open(file)) {
      assertEquals(header, image.header());
      assertEquals(TestImage.ID, image.header().id());
      assertEquals(Optional.empty(), image.header().parent());
      assertEquals(TestImage.FREEZE_TIME, image.header().freezeTime());
      assertEquals(ByteOrder.nativeOrder(), image.header().byteOrder());
      assertEquals(Files.size(file), image.header().fileLength());
      assertEquals("ramshot", image.product().name());
      assertEquals(new ArrayList<>(written.info().entrySet()), infoOf(image));
      assertEquals(2, image.states().size());
      for (int i = 0; i < 2; i++) {
        assertEquals(written.states().get(i).name(), image.states().get(i).name());
        assertArrayEquals(written.states().get(i).bytes(), image.states().get(i).bytes());
      }
      assertEquals(ImageLayout.plan(TestImage.PAGE, written.extents()).blocks(), image.blocks());
    }
    assertLoads(written, file);
    assertIntact(file);
  }

  private static Object infoOf(Image image) {
    return new ArrayList<>(image.info().entrySet());
  }

  @Test
  void anImageWithoutBlocksStatesAndFiguresIsAnImage() throws Exception {
    Path file = directory.resolve("empty.ramshot");
    new TestImage().write(file);
    try (Image image = Image.open(file)) {
      assertTrue(image.blocks().isEmpty() && image.states().isEmpty() && image.info().isEmpty());
    }
    assertIntact(file);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 1",
    "16, 1",
    "4080, 1",
    "4095, 1",
    "0, 4096",
    "16, 4080",
    "16, 4081",
    "16, 4096",
    "4080, 16",
    "4080, 17",
    "0, 65536",
    "16, 65536",
    "4080, 65536",
    "4080, 4198400",
    "0, 8388608",
    "16, 8388608"
  })
  void blocksComeBackWhereverTheyLieInTheirPages(int lead, int length) throws Exception {
    Path file = directory.resolve("lead.ramshot");
    byte[] dense = new byte[length];
    new Random(lead * 31L + length).nextBytes(dense);
    TestImage written =
        new TestImage()
            .block("dense", lead, dense)
            .block("zero", lead, new byte[length])
            .block("sparse", lead, sparse(length, lead + length));
    written.write(file);
    assertLoads(written, file);
    assertIntact(file);
  }

  @ParameterizedTest
  @ValueSource(ints = {4096, 8192, 16384, 65536})
  void everyPageSizeWorks(int pageSize) throws Exception {
    Path file = directory.resolve("pages.ramshot");
    TestImage written =
        new TestImage(pageSize)
            .block("a", 16, sparse(9 * pageSize + 5, 1))
            .block("b", pageSize - 1, sparse(3 * pageSize, 2));
    written.write(file);
    assertLoads(written, file);
    assertIntact(file);
  }

  @Test
  void zeroPagesAreNeitherStoredNorSliced() throws Exception {
    Path file = directory.resolve("sparse.ramshot");
    int page = TestImage.PAGE;
    byte[] content = new byte[64 * page];
    content[20 * page] = 1;
    new TestImage().block("ram", 0, content).write(file);
    try (Image image = Image.open(file)) {
      ImageBlock block = image.blocks().get(0);
      assertEquals(1, image.storedPages(block));
      assertEquals(63, image.zeroPages(block));
      HeapMemory memory = new HeapMemory(block.length());
      RamLoader.load(image, block, memory);
      assertEquals(page, memory.sliced);
      assertEquals(63 * page, memory.zeroed);
      assertEquals(2, memory.zeroCalls, "runs are not cut up");
    }
  }

  @Test
  void pagesAreReadOneByOne() throws Exception {
    Path file = directory.resolve("small.ramshot");
    TestImage.small().write(file);
    try (Image image = Image.open(file)) {
      ImageBlock rom = image.blocks().get(1);
      ByteBuffer page = ByteBuffer.allocate(3 * TestImage.PAGE).position(7);
      image.readPage(rom, 0, page);
      assertEquals(7 + TestImage.PAGE, page.position());
      assertEquals(42, page.get(7 + 4080));
      assertEquals(PageKind.STORED, image.pageKind(rom, 0));
      assertEquals(new Checksum().of(page, 7, TestImage.PAGE), image.pageCrc(rom, 0));

      ImageBlock ram = image.blocks().get(0);
      assertEquals(PageKind.ZERO, image.pageKind(ram, 1));
      assertEquals(0, image.pageCrc(ram, 1));
      page.put(0, new byte[] {9}).position(0);
      image.readPage(ram, 1, page);
      assertEquals(0, page.get(0));

      assertThrows(IndexOutOfBoundsException.class, () -> image.pageKind(rom, 1));
      assertThrows(IndexOutOfBoundsException.class, () -> image.readPage(rom, -1, page));
      assertThrows(IndexOutOfBoundsException.class, () -> image.pageCrc(rom, 1L << 32));
      ImageBlock foreign = new ImageBlock(0, "ram", ram.kind(), 1, ram.dataOffset(), 0);
      assertThrows(IllegalArgumentException.class, () -> image.pageTable(foreign));
    }
  }

  @Test
  void whatLayBehindTheMetadataIsCutOff() throws Exception {
    Path file = directory.resolve("long.ramshot");
    ImageLayout layout = ImageLayout.plan(TestImage.PAGE, java.util.List.of());
    try (var channel =
        java.nio.channels.FileChannel.open(
            file,
            java.nio.file.StandardOpenOption.CREATE,
            java.nio.file.StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.allocate(1), 5 << 20);
      ImageWriter.finish(
          channel,
          layout,
          ImageContents.of(
              TestImage.ID,
              TestImage.FREEZE_TIME,
              java.util.List.of(),
              java.util.List.of(),
              java.util.Map.of()));
    }
    assertIntact(file);
  }

  static byte[] sparse(int length, long seed) {
    byte[] bytes = new byte[length];
    Random random = new Random(seed);
    for (int at = 0; at < length; at += 1 + random.nextInt(30_000)) {
      bytes[at] = (byte) (1 + random.nextInt(255));
    }
    return bytes;
  }

  static void assertLoads(TestImage written, Path file) throws ImageException {
    try (Image image = Image.open(file)) {
      for (ImageBlock block : image.blocks()) {
        HeapMemory memory = new HeapMemory(block.length());
        RamLoader.load(image, block, memory);
        assertArrayEquals(written.contents().get(block.id()), memory.bytes);
        assertEquals(block.length(), memory.sliced + memory.zeroed);
      }
    }
  }

  static void assertIntact(Path file) throws ImageException {
    try (Image image = Image.open(file)) {
      for (ImageVerifier.Depth depth : ImageVerifier.Depth.values()) {
        long[] last = new long[2];
        Verification result =
            ImageVerifier.verify(
                image,
                depth,
                (done, total) -> {
                  assertTrue(done >= last[0] && done <= total);
                  last[0] = done;
                  last[1] = total;
                });
        assertTrue(result.isIntact(), () -> result.first().toString());
        assertEquals(last[1], result.readBytes());
      }
    }
  }
}
