package io.ramshot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.image.Image;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Blocks of a guest that was attached to, which nobody knows the order of. */
class BlockNamingTest {

  @TempDir Path folder;

  private static Guest guest(Map<String, Object> ram) {
    Guest guest = new Guest();
    guest.add(() -> ram);
    return guest;
  }

  /**
   * @param names and arrays in turn
   */
  private static Map<String, Object> ram(Object... names) {
    Map<String, Object> ram = new LinkedHashMap<>();
    for (int i = 0; i < names.length; i += 2) {
      ram.put((String) names[i], names[i + 1]);
    }
    return ram;
  }

  private static byte[] filled(int length, int value) {
    byte[] array = new byte[length];
    Arrays.fill(array, (byte) value);
    return array;
  }

  private Path save(Map<String, Object> ram) throws Exception {
    Path file = folder.resolve("a.ramshot");
    Expect.completed(guest(ram).snapshot(file).await());
    return file;
  }

  private static void restore(Map<String, Object> ram, Path file) throws Exception {
    try (Image image = Image.open(file)) {
      guest(ram).restore(image);
    }
  }

  @Test
  void goByTheirLengths() throws Exception {
    Path file = save(ram("a.ram~#1", filled(100, 1), "a.ram~#2", filled(200, 2)));
    byte[] one = new byte[200];
    byte[] two = new byte[100];
    restore(ram("a.ram#1", one, "a.ram#2", two), file);
    assertArrayEquals(filled(200, 2), one);
    assertArrayEquals(filled(100, 1), two);
  }

  @Test
  void ofOneLengthAreRefusedBeforeAnythingIsTouched() throws Exception {
    Map<String, Object> saved = ram("a.ram~#1", filled(100, 1), "a.ram~#2", filled(100, 2));
    Path file = save(saved);
    byte[] one = new byte[100];
    Map<String, Object> fresh = ram("a.ram#1", one, "a.ram#2", new byte[100]);
    SnapshotException e = assertThrows(SnapshotException.class, () -> restore(fresh, file));
    assertTrue(e.getMessage().contains("which of 2 blocks of 100 bytes is a.ram~#1"), e::toString);
    assertEquals(0, one[0]);
    restore(saved, file);
  }

  @Test
  void tablesAreRefusedToo() throws Exception {
    Path file = save(ram("a~#1", new byte[][] {{1}, null}, "a~#2", new byte[][] {null, {2}}));
    Map<String, Object> fresh = ram("a#1", new byte[2][], "a#2", new byte[2][]);
    SnapshotException e = assertThrows(SnapshotException.class, () -> restore(fresh, file));
    assertTrue(e.getMessage().contains("were not both watched from their start"), e::toString);
  }
}
