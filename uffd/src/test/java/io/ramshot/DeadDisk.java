package io.ramshot;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;

/** The JVM of {@link DeadDiskTest}: a guest, and a disk that takes no write any more. */
final class DeadDisk {
  /** Printed once the guest has run on, and the snapshot has failed with the reason. */
  static final String FAILED = "the snapshot has failed";

  private static final Duration LIMIT = Duration.ofMillis(300);

  /** For a busy machine: far more than it takes. */
  private static final Duration GRACE = Duration.ofSeconds(10);

  private int at;

  private DeadDisk() {}

  /**
   * @param arguments folder on a disk that takes no write, whether the guest is busy or idle
   */
  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    if (arguments[1].equals("busy")) {
      new DeadDisk().busy(folder);
    } else {
      idle(folder);
    }
    System.out.println(FAILED);
  }

  /** Nobody waits for the disk: the guest comes to its RAM when all is over. */
  private static void idle(Path folder) throws Exception {
    System.setProperty("ramshot.progress.limit.ms", "500");
    ByteBuffer ram = Ram.buffer(32 * Ram.MIB, 16);
    Ram.fill(ram, 1);
    Guest guest = new Guest();
    guest.register("ram", ram);
    Snapshot snapshot = guest.snapshot(folder.resolve("a.ramshot"));
    SnapshotResult result = snapshot.await(GRACE);
    assertNotNull(result, () -> "it has not ended: " + snapshot.status());
    Expect.failed(result, "a.ramshot", "has taken nothing for", "look after the disk");
    Expect.nothingProtected();
    Ram.writeEveryPage(ram);
  }

  private void busy(Path folder) throws Exception {
    ByteBuffer ram = Ram.buffer(32 * Ram.MIB, 16);
    Ram.fill(ram, 1);
    Guest guest = new Guest();
    guest.register("ram", ram);
    Vcpu vcpu =
        Vcpu.start(
            "vcpu",
            null,
            () -> {
              ram.put(at, (byte) (ram.get(at) + 1));
              at = (at + Ram.PAGE) % ram.capacity();
            });
    Snapshot snapshot =
        guest.snapshot(
            folder.resolve("a.ramshot"),
            SnapshotOptions.DEFAULTS.withPoolBytes(Ram.CHUNK).withStallLimit(LIMIT));
    Expect.awaitState(snapshot, SnapshotState.SAVING);
    long start = System.nanoTime();
    vcpu.awaitQuanta(ram.capacity() / Ram.PAGE);
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    assertTrue(took.compareTo(LIMIT.plus(GRACE)) < 0, () -> "the guest waited for " + took);
    SnapshotResult result = snapshot.await(GRACE);
    assertNotNull(result, () -> "it has not ended: " + snapshot.status());
    Expect.failed(result, "ram", "a.ramshot", "written too slowly or not at all", "stall.limit=");
    Ram.writeEveryPage(ram);
    vcpu.stop();
  }
}
