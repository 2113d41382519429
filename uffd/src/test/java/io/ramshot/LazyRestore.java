package io.ramshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.image.BlockKind;
import io.ramshot.image.Image;
import io.ramshot.image.TouchTrace;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The JVM of {@link LazyRestoreTest}: threads at random pages, in Java code, while their RAM is
 * still in the image, and collections and thread dumps that have to stop them all the time.
 */
final class LazyRestore {
  private static final int BYTES = 48 * Ram.MIB;
  private static final int PAGES = BYTES / Ram.PAGE;
  private static final int WRITERS = 3;
  private static final Duration LONG = Duration.ofSeconds(60);

  private final Path folder;
  private final long address = Ram.map(BYTES);
  private final ByteBuffer ram = Ram.view(address, BYTES);

  /** Rounds of writing to each page. */
  private final int[] rounds = new int[PAGES];

  private LazyRestore(Path folder) {
    this.folder = folder;
  }

  /**
   * @param arguments what to try, the folder
   */
  public static void main(String[] arguments) throws Exception {
    LazyRestore it = new LazyRestore(Path.of(arguments[1]));
    switch (arguments[0]) {
      case "storm" -> it.storm();
      case "snapshot" -> it.snapshot();
      case "free" -> it.free();
      case "eager" -> it.eager();
      case "chain" -> it.chain();
      case "damage" -> it.damage(RestoreOptions.DEFAULTS.withLazy(true));
      case "zero" -> it.damage(RestoreOptions.DEFAULTS.withLazy(true).withZeroDamaged(true));
      default -> throw new IllegalArgumentException(arguments[0]);
    }
  }

  /** What an untouched page holds, in each of its words; every eighth page is zero. */
  private static long content(int page, int index) {
    return page % 8 == 7 || page / 512 % 6 == 5
        ? 0
        : (page * 512L + index) * 0x9E3779B97F4A7C15L | 1;
  }

  private Guest guest() {
    Guest guest = new Guest();
    guest.register("ram", BlockKind.NATIVE, address, BYTES, null);
    return guest;
  }

  private Path saved(String name) throws Exception {
    for (int page = 0; page < PAGES; page++) {
      for (int i = 0; i < 512; i += 3) {
        ram.putLong(page * Ram.PAGE + i * 8, content(page, i));
      }
    }
    Path target = folder.resolve(name);
    Expect.completed(guest().snapshot(target).await());
    return target;
  }

  /** What the host has in its RAM before: nothing that may be seen again. */
  private void spoil() {
    for (int at = 0; at < BYTES; at += 8) {
      ram.putLong(at, 0x5a5a5a5a5a5a5a5aL);
    }
  }

  private RestoredRam restore(Guest guest, Path file, RestoreOptions options) throws Exception {
    try (Image image = Image.open(file)) {
      return guest.restore(image, options);
    }
  }

  private RestoredRam restoreLazily(Guest guest, Path file) throws Exception {
    /* Slow enough that the guest comes first. */
    RestoredRam restored =
        restore(
            guest, file, RestoreOptions.DEFAULTS.withLazy(true).withBytesPerSecond(64 * Ram.MIB));
    assertEquals(List.of(), restored.status().eager());
    assertTrue(restored.status().lazy());
    return restored;
  }

  private void check(int page) {
    int at = page * Ram.PAGE;
    for (int i = 0; i < 510; i += 3) {
      long expected = content(page, i);
      if (ram.getLong(at + i * 8) != expected) {
        throw new AssertionError(
            String.format("page %d word %d is %x", page, i, ram.getLong(at + i * 8)));
      }
    }
    if (ram.getInt(at + Ram.PAGE - 4) != rounds[page]) {
      throw new AssertionError(
          "page "
              + page
              + " was written "
              + rounds[page]
              + " times, but has "
              + ram.getInt(at + Ram.PAGE - 4));
    }
  }

  private List<Vcpu> writers() {
    List<Vcpu> writers = new ArrayList<>();
    for (int i = 0; i < WRITERS; i++) {
      int own = i;
      SplittableRandom random = new SplittableRandom(i);
      writers.add(
          Vcpu.start(
              "writer-" + i,
              null,
              () -> {
                int page = random.nextInt(PAGES / WRITERS) * WRITERS + own;
                check(page);
                ram.putInt(page * Ram.PAGE + Ram.PAGE - 4, ++rounds[page]);
              }));
    }
    return writers;
  }

  private void storm() throws Exception {
    Path file = saved("storm.ramshot");
    for (int round = 0; round < 3; round++) {
      java.util.Arrays.fill(rounds, 0);
      spoil();
      Guest guest = guest();
      Storm storm = Storm.around(guest);
      RestoredRam restored = restoreLazily(guest, file);
      List<Vcpu> writers = writers();
      while (!restored.await(Duration.ofMillis(1))) {
        RestoreStatus status = restored.status();
        assertTrue(status.presentBytes() <= status.totalBytes(), status.toString());
      }
      for (Vcpu writer : writers) {
        writer.awaitQuanta(100);
        writer.stop();
      }
      storm.stop();
      RestoreStatus status = restored.status();
      assertTrue(status.complete() && status.presentBytes() == status.totalBytes());
      assertTrue(status.faults() > 0, "nobody touched a missing page: " + status);
      assertEquals(status.faults(), status.stalls().count());
      for (int page = 0; page < PAGES; page++) {
        check(page);
      }
    }
  }

  /** A snapshot that is asked for at once has what the guest has written, and all of the rest. */
  private void snapshot() throws Exception {
    Path file = saved("first.ramshot");
    spoil();
    Guest guest = guest();
    RestoredRam restored = restoreLazily(guest, file);
    ram.putInt(9 * Ram.PAGE - 4, 77);
    Path second = folder.resolve("second.ramshot");
    Snapshot snapshot = guest.snapshot(second);
    Expect.completed(snapshot.await());
    assertTrue(restored.status().complete());
    SavedRam.verify(second);
    try (SavedRam saved = SavedRam.of(second, "ram")) {
      for (int page = 0; page < PAGES; page++) {
        for (int i = 0; i < 510; i += 3) {
          assertEquals(content(page, i), saved.longAt((long) page * Ram.PAGE + i * 8L));
        }
      }
      assertEquals(77, (int) (saved.longAt(9L * Ram.PAGE - 8) >>> 32));
    }
  }

  /** Whoever frees or grows a block must find all of it there. */
  private void free() throws Exception {
    Path file = saved("free.ramshot");
    spoil();
    Guest guest = guest();
    Block block = guest.blocks().get(0);
    RestoredRam restored = restoreLazily(guest, file);
    guest.unregister(block);
    assertEquals(restored.status().totalBytes(), restored.status().presentBytes());
    Ram.unmap(address, BYTES);
    assertTrue(restored.await(LONG));
  }

  private void eager() throws Exception {
    Path file = saved("eager.ramshot");
    byte[] expected = Ram.bytes(ram);
    Guest guest = new Guest();
    byte[] heap = new byte[BYTES];
    guest.add(() -> java.util.Map.of("ram", heap));
    RestoredRam restored = restore(guest, file, RestoreOptions.DEFAULTS.withLazy(true));
    assertTrue(restored.status().complete());
    assertEquals(List.of("block ram: it is on the Java heap"), restored.status().eager());
    assertTrue(java.util.Arrays.equals(expected, heap));
    Guest skewed = new Guest();
    ByteBuffer other = Ram.buffer(BYTES, 16);
    skewed.register("ram", other);
    restored = restore(skewed, file, RestoreOptions.DEFAULTS.withLazy(true));
    assertEquals(
        List.of("block ram: it lies differently in its pages than it did when it was saved"),
        restored.status().eager());
    assertTrue(java.util.Arrays.equals(expected, Ram.bytes(other)));
  }

  /** A full image, and an increment of every third page on it. */
  private void chain() throws Exception {
    Path full = saved("full.ramshot");
    for (int page = 0; page < PAGES; page += 3) {
      ram.putInt(page * Ram.PAGE + Ram.PAGE - 4, ++rounds[page]);
    }
    Path child = folder.resolve("child.ramshot");
    Guest guest = guest();
    Expect.completed(guest.snapshot(child, SnapshotOptions.DEFAULTS.withParent(full)).await());
    spoil();
    RestoredRam restored = restoreLazily(guest, child);
    for (int page = PAGES - 1; page >= 0; page--) {
      check(page);
    }
    assertTrue(restored.await(LONG));
    requireTrace(child);
    for (int page = 0; page < PAGES; page++) {
      check(page);
    }
  }

  /** The page that was touched first comes first in the next restore. */
  private static void requireTrace(Path file) throws Exception {
    try (Image image = Image.open(file)) {
      TouchTrace.Place last = TouchTrace.read(image).places().get(0);
      assertTrue(last.page() >= PAGES - 512, last.toString());
      long[] order = LazyOrder.of(image, java.util.Map.of(image.blocks().get(0), 0));
      assertEquals(last.page(), order[0]);
    }
  }

  private void damage(RestoreOptions options) throws Exception {
    Path file = saved("damaged.ramshot");
    long offset;
    try (Image image = Image.open(file)) {
      offset = image.blocks().get(0).fileOffset(2000, Ram.PAGE);
    }
    try (var channel = Files.newByteChannel(file, java.nio.file.StandardOpenOption.WRITE)) {
      channel.position(offset + 100).write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
    }
    spoil();
    RestoredRam restored = restore(guest(), file, options);
    System.out.println("page 2000 begins with " + ram.getLong(2000 * Ram.PAGE));
    assertTrue(restored.await(LONG));
    System.out.println(restored.status().damagedPages() + " damaged");
  }
}
