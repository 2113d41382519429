package io.ramshot.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The section {@code hash}: written, read, and damaged in every field. */
class PageHashesTest {
  private static final int PAGES = 9;

  @TempDir Path folder;
  private final HashKey key = new HashKey(new byte[HashKey.SEED_LENGTH]);
  private final byte[] ram = new byte[PAGES * TestImage.PAGE];
  private int files;

  /** Pages 2, 3 and 8 are not zero. */
  private TestImage image() {
    for (int page : new int[] {2, 3, 8}) {
      ram[page * TestImage.PAGE + 5] = 1;
    }
    return new TestImage().block("ram", 0, ram).block("other", 0, new byte[] {1});
  }

  private byte[] section() throws Exception {
    Path file = folder.resolve("plain" + files++);
    image().write(file);
    try (Image image = Image.open(file)) {
      List<PageTable> tables = image.blocks().stream().map(image::pageTable).toList();
      ByteBuffer hashes = ByteBuffer.allocate(PAGES * PageHashes.LENGTH);
      for (int i = 0; i < hashes.capacity(); i++) {
        hashes.put(i, (byte) i);
      }
      ByteBuffer to = ByteBuffer.allocate((int) PageHashes.sectionLength(tables));
      ByteBuffer payload =
          PageHashes.section(key, tables, List.of(Optional.of(hashes), Optional.empty()), to)
              .payload();
      byte[] bytes = new byte[payload.remaining()];
      payload.get(bytes);
      return bytes;
    }
  }

  private Optional<PageHashes> read(byte[] section) throws Exception {
    Path file = folder.resolve("hashed" + files++);
    image().extra(PageHashes.SECTION, section).write(file);
    try (Image image = Image.open(file)) {
      return PageHashes.read(image);
    }
  }

  @Test
  void givesEveryPageThatIsNotZeroItsHash() throws Exception {
    PageHashes hashes = read(section()).orElseThrow();
    assertEquals(key, hashes.key());
    Path file = folder.resolve("plain");
    image().write(file);
    try (Image image = Image.open(file)) {
      assertTrue(hashes.has(image.blocks().get(0)));
      assertFalse(hashes.has(image.blocks().get(1)));
      assertEquals(Optional.empty(), PageHashes.read(image));
      ByteBuffer to = ByteBuffer.allocate(PAGES * PageHashes.LENGTH);
      hashes.expand(image.blocks().get(0), to);
      for (int i = 0; i < to.capacity(); i++) {
        boolean kept = List.of(2, 3, 8).contains(i / PageHashes.LENGTH);
        assertEquals(kept ? (byte) i : 0, to.get(i), "byte " + i);
      }
    }
  }

  @Test
  void refusesWhatNoWriterWrote() throws Exception {
    byte[] good = section();
    damaged("ends too early", Arrays.copyOf(good, 39));
    damaged("ends too early", Arrays.copyOf(good, 41));
    damaged("another number of hashes", Arrays.copyOf(good, good.length - 1));
    damaged("bytes too many", Arrays.copyOf(good, good.length + 8));
    changed("too many blocks", good, bytes -> bytes.putInt(32, 3));
    changed("too many blocks", good, bytes -> bytes.putInt(32, -1));
    changed("ends too early", good, bytes -> bytes.putInt(32, 2));
    changed("reserved", good, bytes -> bytes.putInt(36, 1));
    changed("no block", good, bytes -> bytes.putInt(40, 2));
    changed("no block", good, bytes -> bytes.putInt(40, -1));
    changed("reserved", good, bytes -> bytes.putInt(44, 1));
    changed("another number of hashes", good, bytes -> bytes.putLong(48, 4));
    changed("another number of hashes", good, bytes -> bytes.putLong(48, -1));
  }

  private void changed(String why, byte[] good, Consumer<ByteBuffer> change) {
    byte[] bytes = good.clone();
    change.accept(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
    damaged(why, bytes);
  }

  private void damaged(String why, byte[] section) {
    ImageException e = assertThrows(ImageException.class, () -> read(section));
    assertTrue(
        e.getMessage().contains("section hash") && e.getMessage().contains(why), e::toString);
  }

  /** docs/FORMAT.md says the same. */
  @Test
  void aKeyFollowsFromItsSeed() {
    byte[] seed = new byte[HashKey.SEED_LENGTH];
    for (int i = 0; i < seed.length; i++) {
      seed[i] = (byte) i;
    }
    byte[] bytes = new HashKey(seed).bytes(4096);
    assertEquals(4096, bytes.length);
    assertEquals(KEY_START, HexFormat.of().formatHex(bytes, 0, 16));
    assertEquals(KEY_END, HexFormat.of().formatHex(bytes, 4080, 4096));
  }

  private static final String KEY_START = "70f4003d52b6eb03da852e93256b5986";
  private static final String KEY_END = "fd4946bbc2bb0e3e593944875f25d6e6";
}
