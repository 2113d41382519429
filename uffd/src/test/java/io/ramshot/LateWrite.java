package io.ramshot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.ramshot.image.BlockKind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * The JVM of {@link LateWriteTest}: a snapshot is given up because its disk is dead, the next one
 * goes to another disk, and in the middle of it the first disk comes back to life.
 */
final class LateWrite {
  static final String SAVING = "saving";

  private static final int CHUNKS = 4;
  private static final int BYTES = CHUNKS * Ram.CHUNK;

  private int at;

  private LateWrite() {}

  /**
   * @param arguments folder on a disk that takes no write, folder on another disk
   */
  public static void main(String[] arguments) throws Exception {
    new LateWrite().run(Path.of(arguments[0]), Path.of(arguments[1]));
  }

  private void run(Path dead, Path good) throws Exception {
    long address = Ram.map(BYTES);
    ByteBuffer ram = Ram.view(address, BYTES);
    Ram.fill(ram, 1);
    Guest guest = new Guest();
    guest.register("ram", BlockKind.ADDRESS, address, BYTES, null);
    /* Stays off the first chunks, which the engine tries to write before all others. */
    Vcpu vcpu = Vcpu.start("vcpu", null, () -> writeOnePageOfTheSecondHalf(ram));
    SnapshotResult failed =
        guest
            .snapshot(
                dead.resolve("a.ramshot"),
                SnapshotOptions.DEFAULTS
                    .withPoolBytes(Ram.CHUNK)
                    .withStallLimit(Duration.ofMillis(300)))
            .await();
    vcpu.awaitQuanta(1000);
    vcpu.stop();
    Expect.failed(failed, "stall.limit=");

    byte[] before = Ram.bytes(ram);
    Path target = good.resolve("b.ramshot");
    Snapshot next = guest.snapshot(target, SnapshotOptions.DEFAULTS.withBytesPerSecond(Ram.CHUNK));
    Expect.awaitState(next, SnapshotState.SAVING);
    System.out.println(SAVING);
    while (bulkThreads() > 1) {
      Thread.sleep(1);
    }
    Ram.writeEveryPage(ram);
    Expect.completed(next.await());
    SavedRam.verify(target);
    try (SavedRam saved = SavedRam.of(target, "ram")) {
      assertArrayEquals(before, saved.bytes());
    }
  }

  private void writeOnePageOfTheSecondHalf(ByteBuffer ram) {
    ram.put(BYTES / 2 + at, (byte) (ram.get(BYTES / 2 + at) + 1));
    at = (at + Ram.PAGE) % (BYTES / 2);
  }

  /** The failed snapshot's one is there until its last write has returned. */
  private static long bulkThreads() throws IOException {
    List<Path> threads;
    try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
      threads = tasks.toList();
    }
    int count = 0;
    for (Path thread : threads) {
      try {
        count += Files.readString(thread.resolve("comm")).strip().equals("ramshot-bulk") ? 1 : 0;
      } catch (IOException e) {
        continue; /* it has just ended */
      }
    }
    return count;
  }
}
