package io.ramshot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.jna.Function;
import com.sun.jna.Pointer;
import io.ramshot.image.BlockKind;
import io.ramshot.image.Image;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The JVM of {@link ProtectedRamTest}: its host protects, locks, cuts off and unmaps guest RAM,
 * before snapshots and restores and while they go on. What would end the JVM must not; and faults
 * that the JVM lives by must still be its own.
 */
final class ProtectedRam {
  private static final int BYTES = 12 * Ram.MIB;
  private static final int NONE = 0;
  private static final int READ = 1;
  private static final int READ_WRITE = 3;
  private static final Duration LONG = Duration.ofSeconds(60);

  /** Where memory is protected: parts of chunks and a whole one, first and last pages. */
  private static final long[][] PARTS = {
    {0, 1, NONE},
    {300, 16, READ},
    {700, 1, NONE},
    {1024, 512, NONE},
    {1800, 200, READ},
    {BYTES / Ram.PAGE - 1, 1, READ}
  };

  private final Path folder;
  private final long address = Ram.map(BYTES);
  private final ByteBuffer ram = Ram.view(address, BYTES);

  private ProtectedRam(Path folder) {
    this.folder = folder;
  }

  /**
   * @param arguments what to try, the folder
   */
  public static void main(String[] arguments) throws Exception {
    ProtectedRam it = new ProtectedRam(Path.of(arguments[1]));
    switch (arguments[0]) {
      case "protected" -> it.isProtected();
      case "storm" -> it.storm();
      case "gone" -> it.gone();
      case "crash" -> it.crash();
      default -> throw new IllegalArgumentException(arguments[0]);
    }
  }

  private static int call(String function, Object... arguments) {
    return Function.getFunction("c", function).invokeInt(arguments);
  }

  private void protect(long page, long pages, long protection) {
    assertEquals(
        0,
        call(
            "mprotect",
            new Pointer(address + page * Ram.PAGE),
            pages * Ram.PAGE,
            (int) protection));
  }

  private void protectParts() {
    for (long[] part : PARTS) {
      protect(part[0], part[1], part[2]);
    }
  }

  private void open() {
    protect(0, BYTES / Ram.PAGE, READ_WRITE);
  }

  private Guest guest(long lead) {
    Guest guest = new Guest();
    guest.register("ram", BlockKind.ADDRESS, address + lead, BYTES - lead - 300, null);
    return guest;
  }

  /** The access rights in /proc/self/maps, one a mapping of the RAM. */
  private List<String> rights() throws Exception {
    List<String> rights = new ArrayList<>();
    for (String line : Files.readAllLines(Path.of("/proc/self/maps"))) {
      String[] range = line.substring(0, line.indexOf(' ')).split("-");
      long start = Long.parseUnsignedLong(range[0], 16);
      long end = Long.parseUnsignedLong(range[1], 16);
      if (start < address + BYTES && end > address) {
        rights.add(
            Math.max(start, address) - address + line.substring(line.indexOf(' ')).substring(0, 5));
      }
    }
    return rights;
  }

  /** Saved with protected pages in it, and restored to such, in every way there is. */
  private void isProtected() throws Exception {
    Ram.fill(ram, 1);
    ram.put(2000 * Ram.PAGE, new byte[300 * Ram.PAGE]); /* zeros that a restore must clear */
    byte[] before = Ram.bytes(ram);
    protectParts();
    List<String> rights = rights();
    assertTrue(rights.size() > 8, () -> "" + rights);
    Path file = folder.resolve("a.ramshot");
    Expect.completed(guest(24).snapshot(file).await());
    SavedRam.verify(file);
    restored(file, 24, before, RestoreOptions.DEFAULTS);
    restored(file, 24, before, RestoreOptions.DEFAULTS.withLazy(true));
    /* By Java code: the block lies differently in its pages. */
    Path elsewhere = folder.resolve("b.ramshot");
    open();
    Expect.completed(guest(24).snapshot(elsewhere).await());
    System.arraycopy(before, 24, before, 40, BYTES - 24 - 300);
    restored(elsewhere, 40, before, RestoreOptions.DEFAULTS);
    shared(file);
  }

  private void restored(Path file, int lead, byte[] expected, RestoreOptions options)
      throws Exception {
    open();
    Ram.fill(ram, 99);
    byte[] around = Ram.bytes(ram);
    protectParts();
    List<String> rights = rights();
    Guest guest = new Guest();
    int bytes = BYTES - 24 - 300;
    guest.register("ram", BlockKind.ADDRESS, address + lead, bytes, null);
    try (Image image = Image.open(file)) {
      RestoredRam restored = guest.restore(image, options);
      assertTrue(restored.await(LONG), "not all came");
      assertEquals(List.of(), restored.status().eager());
      assertEquals(options.lazy(), restored.status().lazy());
    }
    assertEquals(rights, rights());
    open();
    byte[] found = Ram.bytes(ram);
    System.arraycopy(expected, lead, around, lead, bytes);
    assertArrayEquals(around, found);
  }

  /** What others share with this process is not written behind its protection. */
  private void shared(Path file) throws Exception {
    long shared =
        Function.getFunction("c", "mmap")
            .invokeLong(new Object[] {Pointer.NULL, (long) BYTES, READ_WRITE, 0x21, -1, 0L});
    assertEquals(0, call("mprotect", new Pointer(shared + 5 * Ram.PAGE), (long) Ram.PAGE, READ));
    Guest guest = new Guest();
    guest.register("ram", BlockKind.ADDRESS, shared + 24, BYTES - 24 - 300, null);
    try (Image image = Image.open(file)) {
      SnapshotException e = assertThrows(SnapshotException.class, () -> guest.restore(image));
      assertTrue(
          e.getMessage()
              .startsWith(
                  "block ram cannot be filled at offset 0x4fe8 (Permission denied): its memory"),
          e.getMessage());
    }
  }

  /** Snapshots while another thread protects what it likes, and the JVM needs its own faults. */
  private void storm() throws Exception {
    Ram.fill(ram, 7);
    byte[] before = Ram.bytes(ram);
    AtomicBoolean over = new AtomicBoolean();
    AtomicLong nulls = new AtomicLong();
    Thread protecting = new Thread(() -> protectAtRandom(over));
    Thread faulting = new Thread(() -> dereferenceNulls(over, nulls));
    protecting.start();
    faulting.start();
    for (int i = 0; i < 6; i++) {
      Path file = folder.resolve(i + ".ramshot");
      SnapshotOptions options =
          SnapshotOptions.DEFAULTS
              .withDirectIo(i % 2 == 0)
              .withBytesPerSecond(i < 3 ? 0 : 60L * Ram.MIB);
      Expect.completed(guest(0).snapshot(file, options).await());
      SavedRam.verify(file);
      try (SavedRam saved = SavedRam.of(file, "ram")) {
        byte[] expected = java.util.Arrays.copyOf(before, BYTES - 300);
        assertArrayEquals(expected, saved.bytes());
      }
    }
    over.set(true);
    protecting.join();
    faulting.join();
    assertTrue(nulls.get() > 1000, () -> "only " + nulls);
    assertEquals(0, overflow(0) % 1, "a stack overflow is the JVM's");
    System.out.println("OK");
  }

  private void protectAtRandom(AtomicBoolean over) {
    SplittableRandom random = new SplittableRandom(5);
    while (!over.get()) {
      int pages = random.nextInt(1, 20);
      protect(
          random.nextInt(BYTES / Ram.PAGE - pages),
          pages,
          random.nextBoolean() ? NONE : READ_WRITE);
      Thread.onSpinWait();
    }
    open();
  }

  /** Compiled code has no check for null: it faults. */
  private static void dereferenceNulls(AtomicBoolean over, AtomicLong nulls) {
    int[][] arrays = {{1}, {2}, {3}, {4}};
    long sum = 0;
    for (int i = 0; !over.get() || i < 20_000; i++) {
      try {
        sum += arrays[i & 3][0];
        if ((i & 1023) == 0) {
          arrays[2] = arrays[2] == null ? new int[1] : null;
        }
      } catch (NullPointerException e) {
        nulls.incrementAndGet();
      }
    }
    assertTrue(sum != 0);
  }

  private static int overflow(int depth) {
    try {
      return overflow(depth + 1) + 1;
    } catch (StackOverflowError e) {
      return depth;
    }
  }

  /** Memory that is unmapped, or whose file becomes shorter, while it is saved. */
  private void gone() throws Exception {
    for (int i = 0; i < 4; i++) {
      boolean cut = i % 2 == 0;
      Path backing = Files.createTempFile(Path.of("/dev/shm"), "ramshot-gone", null);
      try (RandomAccessFile ramFile = new RandomAccessFile(backing.toFile(), "rw")) {
        ramFile.setLength(BYTES);
        long memory = cut ? mapFile(backing) : Ram.map(BYTES);
        Ram.fill(Ram.view(memory, BYTES), 3);
        Guest guest = new Guest();
        guest.register("lost", BlockKind.ADDRESS, memory, BYTES, null);
        Path file = folder.resolve("gone" + i + ".ramshot");
        Snapshot snapshot =
            guest.snapshot(
                file,
                SnapshotOptions.DEFAULTS.withDirectIo(i < 2).withBytesPerSecond(8L * Ram.MIB));
        while (snapshot.status().state() != SnapshotState.SAVING) {
          assertFalse(snapshot.status().state().ended(), () -> "" + snapshot.status());
          Thread.onSpinWait();
        }
        if (cut) {
          ramFile.setLength(Ram.PAGE);
        } else {
          Ram.unmap(memory + Ram.MIB, BYTES - Ram.MIB);
        }
        Expect.failed(snapshot.await(), "memory of block lost was taken away");
      } finally {
        Files.delete(backing);
      }
    }
    Ram.fill(ram, 4);
    Expect.completed(guest(0).snapshot(folder.resolve("after.ramshot")).await());
    System.out.println("OK");
  }

  private static long mapFile(Path file) {
    int fd = call("open", file.toString(), 2);
    assertTrue(fd >= 0);
    long memory =
        Function.getFunction("c", "mmap")
            .invokeLong(new Object[] {Pointer.NULL, (long) BYTES, READ_WRITE, 1, fd, 0L});
    assertTrue(memory != -1);
    call("close", fd);
    return memory;
  }

  /** A fault of the host's own ends the JVM as ever. */
  private void crash() throws Exception {
    Expect.completed(guest(0).snapshot(folder.resolve("c.ramshot")).await());
    protect(3, 1, NONE);
    System.out.println(ram.get(3 * Ram.PAGE));
  }
}
