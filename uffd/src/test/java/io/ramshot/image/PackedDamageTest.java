package io.ramshot.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A packed image that is damaged, or lies, is refused; it never gives other content. */
@Tag("once")
class PackedDamageTest {
  private static final Path NAME = Path.of("x.zst");

  @TempDir Path directory;
  private TestImage written;
  private byte[] raw;
  private byte[] bytes;

  /** Frames: header; ram, twice; a short one with rom and metadata. */
  @BeforeEach
  void write() throws Exception {
    Path file = directory.resolve("x.ramshot");
    Path packed = directory.resolve(NAME);
    byte[] ram = new byte[2 << 20];
    for (int i = 0; i < ram.length; i += 1 + i % 613) {
      ram[i] = (byte) (i * 31 >> 3);
    }
    written = new TestImage().block("ram", 0, ram).block("rom", 4080, new byte[] {42});
    written.state("cpu0", new byte[] {1, 2, 3}).write(file);
    try (Image image = Image.open(file)) {
      ImagePacker.pack(image, packed, 3, 1, ImageVerifier.Progress.NONE);
    }
    raw = Files.readAllBytes(file);
    bytes = Files.readAllBytes(packed);
  }

  private static Image open(byte[] bytes) throws ImageException {
    return Image.open(NAME, ByteBuffer.wrap(bytes));
  }

  private static void refused(byte[] bytes, String why) {
    ImageException e = assertThrows(ImageException.class, () -> open(bytes).close());
    assertTrue(e.getMessage().startsWith("x.zst ") && e.getMessage().contains(why), e::getMessage);
  }

  /** Little-endian, written out from the format independently of the reader. */
  private ByteBuffer changed() {
    return ByteBuffer.wrap(bytes.clone()).order(ByteOrder.LITTLE_ENDIAN);
  }

  private int entry(int frame) {
    return bytes.length - 9 - 12 * (frames() - frame);
  }

  private int frames() {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(bytes.length - 9);
  }

  @Test
  void theTableIsWhatItsFormatSays() throws Exception {
    ByteBuffer table = changed();
    assertEquals(4, frames());
    assertEquals(0x184D2A5E, table.getInt(entry(0) - 8));
    assertEquals(12 * 4 + 9, table.getInt(entry(0) - 4));
    int offset = 0;
    for (int frame = 0; frame < 4; frame++) {
      assertEquals(0xFD2FB528, table.getInt(offset), "frame " + frame);
      offset += table.getInt(entry(frame));
      int content = frame < 3 ? 1 << 20 : raw.length - (3 << 20);
      assertEquals(content, table.getInt(entry(frame) + 4));
      assertEquals(table.getInt(offset - 4), table.getInt(entry(frame) + 8), "XXH64, low half");
    }
    assertEquals(entry(0) - 8, offset);
    assertEquals((byte) 0x80, table.get(bytes.length - 5));
    assertEquals(0x8F92EAB1, table.getInt(bytes.length - 4));
  }

  @Test
  void anyTruncation() {
    for (int length = bytes.length - 1; length >= 0; length -= length > entry(0) - 30 ? 1 : 997) {
      refused(java.util.Arrays.copyOf(bytes, length), length < 4 ? "is " : "has no seek table");
    }
    refused(java.util.Arrays.copyOf(bytes, bytes.length + 1), "has no seek table");
  }

  @Test
  void aTableThatLies() {
    int count = bytes.length - 9;
    refused(changed().putInt(count, 3).array(), "does not begin where its length says");
    refused(changed().putInt(count, 5).array(), "does not begin where its length says");
    for (int many : new int[] {-1, Integer.MAX_VALUE, bytes.length / 12}) {
      refused(changed().putInt(count, many).array(), "more than there is room for");
    }
    refused(changed().putInt(count, 0).array(), "does not begin");
    refused(changed().put(count + 4, (byte) 0x84).array(), "unknown bits");
    refused(changed().put(count + 4, (byte) 0).array(), "does not begin");
    refused(changed().putInt(entry(0) - 8, 0x184D2A5F).array(), "does not begin");
    refused(changed().putInt(entry(0) - 4, 12 * 4 + 8).array(), "does not begin");

    int length = changed().getInt(entry(0));
    for (int wrong : new int[] {0, 7, -1, Integer.MAX_VALUE, SeekTable.MAX_FRAME + 1}) {
      refused(changed().putInt(entry(0), wrong).array(), "impossible length");
    }
    refused(changed().putInt(entry(0), length + 1).array(), "impossible length"); // of the last
    refused(changed().putInt(entry(3), changed().getInt(entry(3)) - 1).array(), "leaves out 1 b");
    for (int wrong : new int[] {-1, SeekTable.MAX_CONTENT + 1}) {
      refused(changed().putInt(entry(1) + 4, wrong).array(), "impossible length");
    }
    // Whoever makes one frame longer and another shorter is found out by the frames.
    ByteBuffer shifted = changed().putInt(entry(0), length + 1);
    refused(shifted.putInt(entry(1), shifted.getInt(entry(1)) - 1).array(), "frame 0, at file");
    for (int content : new int[] {0, 1, (1 << 20) - 1, (1 << 20) + 1, SeekTable.MAX_CONTENT}) {
      refused(changed().putInt(entry(0) + 4, content).array(), "x.zst ");
    }
    refused(changed().putInt(entry(0) + 8, 5).array(), "another checksum than the seek table");
  }

  @Test
  void framesInTheWrongPlaceAreFoundWhenTheyAreRead() throws Exception {
    ByteBuffer swapped = changed();
    int first = swapped.getInt(entry(0));
    int second = swapped.getInt(entry(1));
    int third = swapped.getInt(entry(2));
    swapped.put(first, bytes, first + second, third).put(first + third, bytes, first, second);
    swapped.putInt(entry(1), third).putInt(entry(2), second);
    try (Image image = open(swapped.array())) {
      ImageBlock ram = image.blocks().get(0);
      ImageException e =
          assertThrows(
              ImageException.class, () -> RamLoader.load(image, ram, new HeapMemory(ram.length())));
      assertTrue(e.getMessage().contains("frame 1, at file offset " + first), e.getMessage());
    }
  }

  /** With a table that fits them, the pages' own checksums are what is left. */
  @Test
  void pagesInTheWrongPlaceAreNamed() throws Exception {
    byte[] content = raw.clone();
    System.arraycopy(raw, 1 << 20, content, 2 << 20, 4096);
    Path file = directory.resolve("pages");
    Files.write(file, content);
    byte[] frame = ZstdTool.compress(file, false);
    try (Image image = open(ZstdTool.seekable(List.of(frame), List.of(content.length), false))) {
      Verification found =
          ImageVerifier.verify(
              image, ImageVerifier.Depth.STORED_PAGES, ImageVerifier.Progress.NONE);
      assertEquals(1, found.damages());
      assertEquals(256, found.first().get(0).page());
    }
  }

  /** Every changed bit is found, or changes nothing of what is read. */
  @Test
  void randomDamageIsFoundOrHarmless() {
    Random random = new Random(20_261_123);
    int refused = 0;
    for (int round = 0; round < 400; round++) {
      byte[] damaged = bytes.clone();
      int from = random.nextInt(3) == 0 ? entry(0) - 8 : 0;
      for (int i = random.nextInt(4); i >= 0; i--) {
        damaged[from + random.nextInt(bytes.length - from)] ^= (byte) (1 << random.nextInt(8));
      }
      try (Image image = open(damaged)) {
        for (ImageBlock block : image.blocks()) {
          HeapMemory memory = new HeapMemory(block.length());
          RamLoader.load(image, block, memory);
          assertArrayEquals(written.contents().get(block.id()), memory.bytes);
        }
      } catch (ImageException e) {
        refused++;
      }
    }
    assertTrue(refused > 380, "only " + refused + " refused");
  }

  @Test
  void aDamagedPackedImageIsNotUnpacked() throws Exception {
    byte[] damaged = bytes.clone();
    damaged[changed().getInt(entry(0)) + 1000] ^= 1;
    Path target = directory.resolve("out.ramshot");
    try (Image image = open(damaged)) {
      ImageException e =
          assertThrows(
              ImageException.class,
              () -> ImageUnpacker.unpack(image, target, 2, ImageVerifier.Progress.NONE));
      assertTrue(e.getMessage().contains("is damaged: frame 1, at file offset "), e.getMessage());
    }
    try (var left = Files.list(directory)) {
      assertEquals(2, left.count());
    }
  }

  @Test
  void compressedFilesThatAreNoImages() throws Exception {
    Path file = directory.resolve("text");
    Files.writeString(file, "hello".repeat(1000));
    byte[] frame = ZstdTool.compress(file, true);
    refused(frame, "has no seek table at its end: ");
    refused(ZstdTool.seekable(List.of(frame), List.of(5000), true), "is not a ramshot image");
    refused(ZstdTool.seekable(List.of(), List.of(), false), "is empty");
  }
}
