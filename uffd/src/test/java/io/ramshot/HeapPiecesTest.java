package io.ramshot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.image.BlockKind;
import io.ramshot.image.Image;
import io.ramshot.image.Saver;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** RAM that is an array of arrays, some of which are allocated only when the guest touches them. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class HeapPiecesTest {
  private static final int PIECE = 1024;

  @TempDir Path folder;

  /** Thaws at once: runs what happens to the guest at its last quantum, and right after it. */
  private record Moment(Runnable atFreeze, Runnable atThaw) implements Vcpus {
    @Override
    public void freeze(Duration timeout) {
      atFreeze.run();
    }

    @Override
    public void thaw() {
      atThaw.run();
    }
  }

  private static Object[] pieces(Class<?> element) {
    Object[] pieces = (Object[]) java.lang.reflect.Array.newInstance(element, 3000, 0);
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < pieces.length; i++) {
      pieces[i] = i % 3 == 1 ? null : filled(element, random);
    }
    return pieces;
  }

  private static Object filled(Class<?> element, SplittableRandom random) {
    Object piece = java.lang.reflect.Array.newInstance(element, PIECE);
    for (int i = 0; i < PIECE; i++) {
      byte value = (byte) random.nextInt(1, 100);
      if (element == char.class) {
        java.lang.reflect.Array.setChar(piece, i, (char) value);
      } else {
        java.lang.reflect.Array.setByte(piece, i, value);
      }
    }
    return piece;
  }

  private static Guest guest(Map<String, Object> ram) {
    Guest guest = new Guest();
    guest.add(() -> ram);
    return guest;
  }

  private static void restore(Guest guest, Path file) throws Exception {
    try (Image image = Image.open(file)) {
      guest.restore(image);
    }
  }

  @Test
  void piecesOfEveryTypeComeBackAsTheyWereAtTheFreeze() throws Exception {
    for (Class<?> element :
        List.of(
            byte.class,
            short.class,
            char.class,
            int.class,
            long.class,
            float.class,
            double.class)) {
      Object[] ram = pieces(element);
      SplittableRandom random = new SplittableRandom(8);
      Object[][] seen = new Object[1][];
      Guest guest = guest(Map.of("ram", ram));
      /* The guest allocates a page while the snapshot is prepared, and drops one. */
      guest.vcpus(
          new Moment(
              () -> {
                ram[1] = filled(element, random);
                ram[2] = null;
                seen[0] = copy(ram);
              },
              () -> {
                ram[4] = filled(element, random);
                ram[5] = filled(element, random);
                ram[0] = null;
              }));
      Path file = folder.resolve(element + ".ramshot");
      SnapshotResult result = guest.snapshot(file).await();
      Expect.completed(result);
      assertTrue(result.status().pause().copyNanos() > 0);
      SavedRam.verify(file);

      Object[] fresh =
          (Object[]) java.lang.reflect.Array.newInstance(element.arrayType(), ram.length);
      fresh[2] = filled(element, random);
      fresh[7] = java.lang.reflect.Array.newInstance(element, 3);
      restore(guest(Map.of("ram", fresh)), file);
      assertArrayEquals(seen[0], fresh, element.getName());
      assertNull(fresh[2]);
    }
  }

  private static Object[] copy(Object[] pieces) {
    Object[] copy = pieces.clone();
    for (int i = 0; i < copy.length; i++) {
      if (copy[i] != null) {
        int length = java.lang.reflect.Array.getLength(copy[i]);
        Object piece =
            java.lang.reflect.Array.newInstance(copy[i].getClass().getComponentType(), length);
        System.arraycopy(copy[i], 0, piece, 0, length);
        copy[i] = piece;
      }
    }
    return copy;
  }

  @Test
  void piecesAndBuffersShareAnImageWithRamOffTheHeap() throws Exception {
    int[][] pieces = (int[][]) pieces(int.class);
    ByteBuffer direct = Ram.buffer(3 * Ram.CHUNK, 16);
    Ram.fill(direct, 1);
    Guest guest = guest(Map.of("pieces", pieces));
    guest.register("direct", direct);
    assertEquals(
        List.of(BlockKind.DIRECT, BlockKind.HEAP_PIECES),
        guest.blocks().stream().map(Block::kind).toList());
    Path file = folder.resolve("mixed.ramshot");
    Expect.completed(guest.snapshot(file).await());
    long frozen = SavedHistory.savers(file).get(Saver.FREEZE);
    assertTrue(frozen >= 2000L * PIECE * Integer.BYTES / Ram.CHUNK, frozen + " chunks");
    Object[] seen = copy(pieces);
    byte[] seenDirect = Ram.bytes(direct);
    pieces[0][0]++;
    direct.put(5, (byte) 0);
    restore(guest, file);
    assertArrayEquals(seen, pieces);
    assertArrayEquals(seenDirect, Ram.bytes(direct));
  }

  @Test
  void buffersOnTheHeapAreThePiecesOfOneBlock() throws Exception {
    SplittableRandom random = new SplittableRandom(9);
    ByteBuffer[] ram = new ByteBuffer[3000];
    for (int i = 0; i < ram.length; i++) {
      ram[i] = i % 3 == 1 ? null : ByteBuffer.wrap((byte[]) filled(byte.class, random));
    }
    Object[][] seen = new Object[1][];
    Guest guest = guest(Map.of("ram", ram));
    guest.vcpus(
        new Moment(
            () -> {
              ram[1] = ByteBuffer.wrap((byte[]) filled(byte.class, random));
              ram[2] = null;
              ram[3].position(7).limit(9);
              seen[0] = copy(arrays(ram));
            },
            () -> {
              ram[4] = ByteBuffer.wrap((byte[]) filled(byte.class, random));
              ram[5].put(0, (byte) 0);
              ram[0] = null;
            }));
    assertEquals(List.of(BlockKind.HEAP_PIECES), guest.blocks().stream().map(Block::kind).toList());
    Path file = folder.resolve("buffers.ramshot");
    Expect.completed(guest.snapshot(file).await());
    SavedRam.verify(file);

    guest.vcpus(Vcpus.STOPPED);
    restore(guest, file);
    assertArrayEquals(seen[0], arrays(ram));
    assertEquals(7, ram[3].position());

    ByteBuffer[] fresh = new ByteBuffer[ram.length];
    ByteBuffer own = ByteBuffer.allocate(PIECE).order(ByteOrder.LITTLE_ENDIAN);
    fresh[0] = own;
    fresh[2] = ByteBuffer.allocate(PIECE);
    fresh[6] = ByteBuffer.allocate(3);
    fresh[7] = ByteBuffer.allocate(3);
    restore(guest(Map.of("ram", fresh)), file);
    assertArrayEquals(seen[0], arrays(fresh));
    assertSame(own, fresh[0]);
    assertNull(fresh[2]);
    assertEquals(ByteOrder.LITTLE_ENDIAN, fresh[6].order());

    byte[][] asArrays = new byte[ram.length][];
    asArrays[0] = new byte[1];
    restore(guest(Map.of("ram", asArrays)), file);
    assertArrayEquals(seen[0], asArrays);
  }

  private static Object[] arrays(ByteBuffer[] buffers) {
    return Stream.of(buffers).map(b -> b == null ? null : b.array()).toArray(byte[][]::new);
  }

  @Test
  void anEndedSnapshotKeepsNoRam() throws Exception {
    Map<String, Object> ram = new LinkedHashMap<>();
    ram.put("pieces", new int[64][PIECE]);
    ram.put("array", new byte[3 * Ram.CHUNK]);
    List<WeakReference<Object>> old =
        ram.values().stream().map(value -> new WeakReference<>(value)).toList();
    Guest guest = guest(ram);
    Expect.completed(guest.snapshot(folder.resolve("a.ramshot")).await());
    ram.put("pieces", new int[64][PIECE]);
    ram.put("array", new byte[3 * Ram.CHUNK]);
    /* The snapshot's thread lets go after it has told that it has ended. */
    while (old.stream().anyMatch(reference -> reference.get() != null)) {
      System.gc();
      Thread.sleep(1);
    }
    assertTrue(guest.newest().isPresent());
  }

  @Test
  void whatIsNoRamIsRefusedByName() {
    refused("block ram is null: ", null);
    refused("block ram is of type java.lang.String: ", "x");
    refused("block ram is of type boolean[]: ", new boolean[5]);
    refused("block ram is of type int[][][]: ", new int[2][2][2]);
    refused("block ram is a direct buffer: ", ByteBuffer.allocateDirect(16));
    refused("block ram is a read-only buffer: ", ByteBuffer.allocate(16).asReadOnlyBuffer());
    ByteBuffer buffer = ByteBuffer.allocate(16);
    refused("block ram is a direct buffer: ", new ByteBuffer[] {ByteBuffer.allocateDirect(16)});
    refused("block ram is a read-only buffer: ", new ByteBuffer[] {buffer.asReadOnlyBuffer()});
    refused(
        "block ram has a buffer of 8 bytes in an array of 16: ",
        new ByteBuffer[] {null, buffer.slice(8, 8)});
    refused("block ram has no RAM yet: ", new ByteBuffer[5]);
    refused("block ram has no RAM yet: ", new int[5][]);
    refused("block ram has no RAM yet: ", new byte[0]);
    byte[] ram = new byte[Ram.CHUNK];
    SnapshotException twice =
        assertThrows(
            SnapshotException.class,
            () -> guest(Map.of("a", ram, "b", ram)).snapshot(folder.resolve("x.ramshot")));
    assertTrue(twice.getMessage().contains("are one array: name it once"), twice::getMessage);
  }

  private void refused(String message, Object value) {
    Map<String, Object> ram = new LinkedHashMap<>();
    ram.put("ram", value);
    SnapshotException e =
        assertThrows(
            SnapshotException.class, () -> guest(ram).snapshot(folder.resolve("x.ramshot")));
    assertTrue(e.getMessage().startsWith(message), e::getMessage);
  }

  @Test
  void piecesThatCannotBeTheSameAreNotRestored() throws Exception {
    Path file = folder.resolve("a.ramshot");
    Expect.completed(guest(Map.of("ram", new short[4][512])).snapshot(file).await());
    notRestored("has 4 pieces with elements of 2 bytes", file, new short[5][512]);
    notRestored("and 4 with 4 bytes in this guest", file, new int[4][512]);
    notRestored("is of kind HEAP_PIECES", file, new short[4 * 512]);
  }

  private static void notRestored(String message, Path file, Object value) {
    SnapshotException e =
        assertThrows(SnapshotException.class, () -> restore(guest(Map.of("ram", value)), file));
    assertTrue(e.getMessage().contains(message), e::getMessage);
  }

  @Test
  void piecesThatOutgrowTheirRoomRefuseTheSnapshot() throws Exception {
    int[][] ram = new int[4][PIECE];
    Guest guest = guest(Map.of("ram", ram));
    guest.vcpus(new Moment(() -> ram[2] = new int[64 * PIECE], () -> {}));
    Path file = folder.resolve("a.ramshot");
    Expect.failed(guest.snapshot(file).await(), "block ram changed", "start it once more");
  }
}
