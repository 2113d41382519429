package io.ramshot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.image.Image;
import io.ramshot.image.ImageBlock;
import io.ramshot.image.Saver;
import io.ramshot.table.Holders;
import io.ramshot.table.RamTable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** RAM that the guest allocates block after block, restored where none of it is there yet. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class TableRestoreTest {
  private static final int PAGE = 4096;

  @TempDir Path folder;

  /** As a host has them that keeps more than the bytes of a page. */
  private static final class Page {
    byte[] data;

    Page(byte[] data) {
      this.data = data;
    }
  }

  private static final Holders PAGES =
      new Holders() {
        @Override
        public boolean isHolder(Object object) {
          return object instanceof Page;
        }

        @Override
        public Object get(Object holder) {
          return ((Page) holder).data;
        }

        @Override
        public void set(Object holder, Object ram) {
          ((Page) holder).data = (byte[]) ram;
        }

        @Override
        public Class<?> type(Object holder) {
          return byte[].class;
        }
      };

  private static byte[] page(int seed) {
    byte[] page = new byte[PAGE];
    new SplittableRandom(seed).nextBytes(page);
    return page;
  }

  private static Guest guest(Object value) {
    Guest guest = new Guest();
    guest.add(() -> Map.of("ram", RamTable.of(value, PAGES, true).orElseThrow()));
    return guest;
  }

  private Path save(Object value) throws Exception {
    Path file = folder.resolve("a.ramshot");
    java.nio.file.Files.deleteIfExists(file);
    Expect.completed(guest(value).snapshot(file).await());
    SavedRam.verify(file);
    return file;
  }

  private static List<String> names(Path file) throws Exception {
    try (Image image = Image.open(file)) {
      return image.blocks().stream().map(ImageBlock::name).toList();
    }
  }

  private static void restore(Object value, Path file) throws Exception {
    try (Image image = Image.open(file)) {
      guest(value).restore(image);
    }
  }

  private static SnapshotException refused(Object value, Path file) {
    return assertThrows(SnapshotException.class, () -> restore(value, file));
  }

  @Test
  void nestedTableWithNullsComesBackWhereNothingIsYet() throws Exception {
    int[][][] saved = new int[1000][][];
    for (int i = 0; i < 100; i++) {
      saved[i * 7] = new int[16][];
      saved[i * 7][i % 16] = new int[] {i, -i, 5};
      saved[i * 7][(i + 3) % 16] = new int[i % 4];
    }
    Path file = save(saved);
    assertEquals(List.of("ram"), names(file));

    int[][][] fresh = new int[1000][][];
    fresh[1] = new int[16][3];
    fresh[7] = new int[16][];
    fresh[14] = new int[2][2];
    int[] kept = new int[3];
    fresh[7][1] = kept;
    restore(fresh, file);
    assertTrue(Arrays.deepEquals(saved, fresh));
    assertNull(fresh[1]);
    assertSame(kept, fresh[7][1]);
  }

  @Test
  void fewBlocksHaveNamesOfTheirOwnAndComeBackToo() throws Exception {
    int[][][] saved = {{null, {1, 2}}, null, {{3}, {4, 5, 6}}, {null}};
    Path file = save(saved);
    assertEquals(List.of("ram.0", "ram.2"), names(file));
    int[][][] fresh = {null, {{9}}, {{3}, {4, 5, 6}}, null};
    restore(fresh, file);
    assertTrue(Arrays.deepEquals(saved, fresh));
  }

  @Test
  void tableThatWasEmptyIsEmptiedAgain() throws Exception {
    Object[] saved = {new byte[4][], new byte[][] {{1}, null}};
    Path file = save(saved);
    Object[] fresh = {new byte[][] {null, {5}, null, null}, new byte[2][]};
    restore(fresh, file);
    assertTrue(Arrays.deepEquals(saved, fresh));
  }

  @Test
  void listsAndMapsGrowAndShrinkToWhatTheyWere() throws Exception {
    Map<Integer, byte[]> map = new HashMap<>();
    List<Object> list = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      map.put(i * 4096 - 7, page(i));
      list.add(i % 5 == 0 ? null : page(-i));
    }
    Path file = save(new Object[] {map, list});
    assertEquals(List.of("ram"), names(file));

    Map<Integer, byte[]> freshMap = new TreeMap<>();
    byte[] kept = new byte[PAGE];
    freshMap.put(4096 - 7, kept);
    freshMap.put(3, page(1));
    List<Object> freshList = new ArrayList<>(Arrays.asList(new byte[5], null));
    restore(new Object[] {freshMap, freshList}, file);
    assertEquals(map.keySet(), freshMap.keySet());
    map.forEach((key, data) -> assertArrayEquals(data, freshMap.get(key)));
    assertSame(kept, freshMap.get(4096 - 7));
    assertTrue(Arrays.deepEquals(list.toArray(), freshList.toArray()));
  }

  @Test
  void sharedPageOfZerosStaysOneAndTheOthersDoNotShare() throws Exception {
    byte[] zero = new byte[PAGE];
    byte[][] saved = new byte[100][];
    Arrays.fill(saved, zero);
    saved[5] = page(5);
    saved[50] = page(50);
    saved[51] = saved[50];
    Path file = save(saved);

    byte[] freshZero = new byte[PAGE];
    byte[][] fresh = new byte[100][];
    Arrays.fill(fresh, freshZero);
    restore(fresh, file);
    assertTrue(Arrays.deepEquals(saved, fresh));
    assertSame(freshZero, fresh[0]);
    assertSame(freshZero, fresh[99]);
    assertNotSame(freshZero, fresh[5]);
    assertSame(fresh[50], fresh[51]);
    assertNotSame(freshZero, fresh[50]);
    assertArrayEquals(new byte[PAGE], freshZero);
  }

  /** Its lengths alone tell such a table, as in images from before there were forms. */
  @Test
  void pagesThatOnlyThisGuestSharesAreMadeApart() throws Exception {
    byte[][] saved = new byte[10][];
    for (int i = 0; i < saved.length; i++) {
      saved[i] = page(i);
    }
    Path file = save(saved);
    try (Image image = Image.open(file)) {
      assertTrue(!image.extras().contains("tabl"), () -> "" + image.extras());
    }
    byte[][] fresh = new byte[10][];
    Arrays.fill(fresh, new byte[PAGE]);
    restore(fresh, file);
    assertTrue(Arrays.deepEquals(saved, fresh));
  }

  @Test
  void objectsGetTheirPagesButAreTheHostsToMake() throws Exception {
    Page[] saved = new Page[200];
    for (int i = 0; i < saved.length; i++) {
      saved[i] = new Page(i % 2 == 0 ? page(i) : null);
    }
    Path file = save(saved);
    Page[] fresh = new Page[200];
    for (int i = 0; i < fresh.length; i++) {
      fresh[i] = new Page(i % 3 == 0 ? new byte[PAGE] : null);
    }
    restore(fresh, file);
    for (int i = 0; i < saved.length; i++) {
      assertArrayEquals(saved[i].data, fresh[i].data);
    }
    fresh[3].data = page(7);
    fresh[4] = null;
    SnapshotException e = refused(fresh, file);
    assertTrue(e.getMessage().startsWith("ram.4 is an object of "), e::getMessage);
    assertTrue(e.getMessage().contains("which only the host can make"), e::getMessage);
    assertArrayEquals(page(7), fresh[3].data, "nothing has been touched");
  }

  @Test
  void tablesThatCannotBeTheSameAreRefusedBeforeAnythingIsTouched() throws Exception {
    List<Object> list = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      list.add(page(i));
    }
    Path file = save(new Object[] {list, new byte[][] {{1}}});
    byte[] mine = page(-1);
    Object[] fresh = {new ArrayList<Object>(List.of(mine)), new int[1][]};
    SnapshotException e = refused(fresh, file);
    assertTrue(e.getMessage().contains("which a place for int[] cannot hold"), e::getMessage);
    assertEquals(List.of(mine), fresh[0]);
    assertArrayEquals(page(-1), mine);
    e = refused(new Object[3], file);
    assertTrue(e.getMessage().contains("an array of 2 places in the image"), e::getMessage);
    e = refused(new Object[] {new HashMap<>(), new byte[1][]}, file);
    assertTrue(e.getMessage().contains("but java.util.HashMap in this guest"), e::getMessage);
  }

  @Test
  void buffersAndCharactersComeBackInTheirOwnKind() throws Exception {
    List<Object> saved = new ArrayList<>();
    for (int i = 0; i < 70; i++) {
      saved.add(ByteBuffer.wrap(page(i)).order(ByteOrder.LITTLE_ENDIAN));
    }
    Path file = save(saved);
    List<Object> fresh = new ArrayList<>();
    restore(fresh, file);
    ByteBuffer last = (ByteBuffer) fresh.get(69);
    assertArrayEquals(page(69), last.array());
    assertEquals(ByteOrder.LITTLE_ENDIAN, last.order());

    Object[] letters = {"ramshot".toCharArray(), new short[] {1, 2, 3}};
    Path other = save(letters);
    Object[] empty = new Object[2];
    restore(empty, other);
    assertTrue(Arrays.deepEquals(letters, empty));
  }

  @Test
  void largeArraysInAListAreNotCopiedInTheFreeze() throws Exception {
    List<Object> saved = new ArrayList<>();
    saved.add(new byte[3 << 20]);
    saved.add(null);
    saved.add(new byte[3 << 20]);
    ((byte[]) saved.get(2))[77] = 7;
    Path file = save(saved);
    assertEquals(List.of("ram.0", "ram.2"), names(file));
    assertEquals(0, SavedHistory.savers(file).getOrDefault(Saver.FREEZE, 0L));
    List<Object> fresh = new ArrayList<>();
    restore(fresh, file);
    assertEquals(3, fresh.size());
    assertEquals(7, ((byte[]) fresh.get(2))[77]);
  }

  @Test
  void flattenedIncrementKeepsTheTable() throws Exception {
    byte[][][] ram = new byte[100][][];
    ram[0] = new byte[3][];
    ram[0][1] = page(1);
    Guest guest = guest(ram);
    Path base = folder.resolve("base.ramshot");
    Expect.completed(guest.snapshot(base).await());
    for (int i = 1; i < 100; i++) {
      ram[i] = new byte[][] {null, page(i)};
    }
    Path next = folder.resolve("next.ramshot");
    SnapshotOptions options = SnapshotOptions.DEFAULTS.withParent(base);
    Expect.completed(guest.snapshot(next, options).await());
    Path flat = folder.resolve("flat.ramshot");
    try (Image image = Image.open(next)) {
      io.ramshot.image.Flattener.flatten(image, flat, io.ramshot.image.ImageVerifier.Progress.NONE);
    }
    for (Path file : List.of(next, flat)) {
      byte[][][] fresh = new byte[100][][];
      restore(fresh, file);
      assertTrue(Arrays.deepEquals(ram, fresh), file::toString);
    }
  }

  @Test
  void damagedFormIsRefused() throws Exception {
    for (String hex :
        List.of("", "02000000", "0100000001000000", "010000000100000001000000610900000000")) {
      ByteBuffer bytes = ByteBuffer.wrap(java.util.HexFormat.of().parseHex(hex));
      assertThrows(
          io.ramshot.table.TableException.class,
          () -> io.ramshot.table.SavedTables.decode(bytes),
          hex);
    }
  }
}
