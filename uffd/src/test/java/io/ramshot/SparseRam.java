package io.ramshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.image.BlockKind;
import io.ramshot.image.ImageVerifier.Depth;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The JVM of {@link SparseRamTest}: a guest that has touched 100 MiB of its 4 GiB. */
final class SparseRam {
  private static final long BYTES = 4L << 30;
  private static final long TOUCHED = 100L << 20;
  private static final long POOL = 16L << 20;
  private static final long SLACK = 32L << 20;

  /** A byte of page kind and four of checksum a page. */
  private static final long INDEX = BYTES / Ram.PAGE * 5;

  private static final int DENSE_CHUNKS = 45;
  private static final int DENSE_STRIDE = 20 * Ram.CHUNK;
  private static final int LONELY_PAGES = (int) ((TOUCHED - DENSE_CHUNKS * Ram.CHUNK) / Ram.PAGE);

  /** Where whole chunks are touched. */
  private static long dense(int index) {
    return (long) index * DENSE_STRIDE;
  }

  /** Where single pages are, four to a chunk. */
  private static long lonely(int index) {
    return (long) DENSE_CHUNKS * DENSE_STRIDE + (long) index * 128 * Ram.PAGE;
  }

  private SparseRam() {}

  /**
   * @param arguments folder
   */
  public static void main(String[] arguments) throws Exception {
    long address = Ram.map(BYTES);
    for (int i = 0; i < DENSE_CHUNKS; i++) {
      Ram.fill(Ram.view(address + dense(i), Ram.CHUNK), i);
    }
    for (int i = 0; i < LONELY_PAGES; i++) {
      Ram.view(address + lonely(i), Ram.PAGE).putLong(8, i + 1);
    }
    assertEquals(TOUCHED / Ram.PAGE, Ram.populatedPages(address, BYTES), "of this test itself");
    Guest guest = new Guest();
    guest.register("ram", BlockKind.ADDRESS, address, BYTES, null);
    Path target = Path.of(arguments[0]).resolve("a.ramshot");

    resetPeak();
    long before = memory("VmRSS:");
    Snapshot snapshot =
        guest.snapshot(
            target, SnapshotOptions.DEFAULTS.withPoolBytes(POOL).withBytesPerSecond(100_000_000));
    Expect.awaitState(snapshot, SnapshotState.SAVING);
    /* The guest goes on to touch memory it never had: in an empty chunk, beside lonely pages. */
    long[] late = {address + dense(1) - Ram.CHUNK, address + lonely(LONELY_PAGES - 1) + Ram.PAGE};
    for (long at : late) {
      Ram.view(at, Ram.PAGE).putLong(8, 4711);
    }
    assertEquals(SnapshotState.SAVING, snapshot.status().state(), "the guest came too late");
    SnapshotResult result = snapshot.await();
    Expect.completed(result);
    long peak = memory("VmHWM:");

    SnapshotStatus status = result.status();
    SavedHistory.check(target, status);
    assertEquals((BYTES - TOUCHED) / Ram.PAGE, status.pagesUnpopulated());
    assertTrue(
        peak - before <= TOUCHED + POOL + SLACK,
        () -> "memory in use grew from " + before + " to " + peak);
    assertTrue(
        result.allocatedBytes() >= TOUCHED
            && result.allocatedBytes() <= TOUCHED + INDEX + (TOUCHED >> 3),
        result::toString);
    SavedRam.verify(target, Depth.STORED_PAGES);
    try (SavedRam saved = SavedRam.of(target, "ram")) {
      for (int i = 0; i < DENSE_CHUNKS; i++) {
        ByteBuffer ram = Ram.view(address + dense(i), Ram.CHUNK);
        for (int at = 0; at < Ram.CHUNK; at += Long.BYTES) {
          assertEquals(ram.getLong(at), saved.longAt(dense(i) + at));
        }
        assertFalse(saved.isStored(dense(i) + Ram.CHUNK));
      }
      for (int i = 0; i < LONELY_PAGES; i++) {
        assertEquals(i + 1, saved.longAt(lonely(i) + 8));
      }
      for (long at : late) {
        assertFalse(saved.isStored(at - address), "a page touched after the freeze is stored");
        assertEquals(0, saved.longAt(at - address + 8));
        assertEquals(4711, Ram.view(at, Ram.PAGE).getLong(8));
      }
    }
    Ram.unmap(address, BYTES);
  }

  private static void resetPeak() throws IOException {
    Files.writeString(Path.of("/proc/self/clear_refs"), "5");
  }

  /** In bytes. */
  private static long memory(String name) throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
      String line = lines.filter(candidate -> candidate.startsWith(name)).findFirst().orElseThrow();
      return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
    }
  }
}
