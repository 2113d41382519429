package io.ramshot;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.testing.Stopper;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;

/** The JVM of {@link StoppedProcessTest}: a guest, and somebody who stops this process. */
final class StoppedProcess {
  /** Printed when pages are being saved, and the guest begins to write. */
  static final String SAVING = "saving";

  /** Printed at the end, if all was as it should be. */
  static final String DONE = "done";

  private static final Duration FREEZE_TIMEOUT = Duration.ofMillis(500);

  /** For a busy machine: far more than what the disk takes to come back. */
  static final Duration DISK_LIMIT = Duration.ofSeconds(2);

  static final Duration MARGIN = Duration.ofMillis(500);

  private final Stopper stopper;
  private final Guest guest = new Guest();
  private final ByteBuffer ram = Ram.buffer(32 * Ram.MIB, 16);
  private int at;

  private StoppedProcess(Stopper.Means means) throws Exception {
    stopper = Stopper.start(means);
    Ram.fill(ram, 1);
    guest.register("ram", ram);
  }

  /**
   * @param arguments what to do, folder for the image, what stops this process
   */
  public static void main(String[] arguments) throws Exception {
    StoppedProcess process = new StoppedProcess(Stopper.Means.valueOf(arguments[2]));
    Path image = Path.of(arguments[1], "a.ramshot");
    switch (arguments[0]) {
      case "freezing":
        process.inTheFreeze(image);
        break;
      case "saving":
        process.whileSaving(image);
        break;
      case "dead":
        process.againAndAgain(image);
        break;
      default:
        process.storm(image, Integer.parseInt(arguments[3]));
    }
    System.out.println(DONE);
    System.exit(0); /* whatever still stops it by turns */
  }

  /** Longer than the freeze may take, and than its watch waits. */
  private void inTheFreeze(Path image) throws Exception {
    guest.add(
        new TestParticipant("cpu0") {
          @Override
          public byte[] save() throws Exception {
            stopper.stop(FREEZE_TIMEOUT.multipliedBy(2).plus(MARGIN));
            return new byte[1];
          }
        });
    Expect.completed(
        guest.snapshot(image, SnapshotOptions.DEFAULTS.withFreezeTimeout(FREEZE_TIMEOUT)).await());
  }

  /**
   * The guest waits for a disk that takes no write. All of Java may wait for the guest by then, so
   * it is the test that stops this process, and has the disk come back.
   */
  private void whileSaving(Path image) throws Exception {
    System.setProperty("ramshot.progress.limit.ms", Long.toString(DISK_LIMIT.toMillis()));
    Snapshot snapshot =
        guest.snapshot(
            image, SnapshotOptions.DEFAULTS.withPoolBytes(Ram.CHUNK).withStallLimit(DISK_LIMIT));
    Expect.awaitState(snapshot, SnapshotState.SAVING);
    System.out.println(SAVING);
    Vcpu vcpu = vcpu();
    Expect.completed(snapshot.await());
    vcpu.awaitQuanta(ram.capacity() / Ram.PAGE);
    vcpu.stop();
  }

  /** The disk does not come back, and this process never runs for as long as the limit at once. */
  private void againAndAgain(Path image) throws Exception {
    System.setProperty("ramshot.progress.limit.ms", "1000");
    stopper.repeat(Duration.ofMillis(50), Duration.ofMillis(100));
    Snapshot snapshot = guest.snapshot(image);
    SnapshotResult result = snapshot.await(Duration.ofSeconds(30));
    assertNotNull(result, () -> "it has not ended: " + snapshot.status());
    Expect.failed(result, "a.ramshot", "has taken nothing for", "look after the disk");
    Ram.writeEveryPage(ram);
  }

  /** Stopped at any moment, for longer than every limit. */
  private void storm(Path image, int snapshots) throws Exception {
    Duration limit = Duration.ofSeconds(1);
    System.setProperty("ramshot.progress.limit.ms", Long.toString(limit.toMillis()));
    SnapshotOptions options =
        SnapshotOptions.DEFAULTS
            .withFreezeTimeout(limit)
            .withStallLimit(limit)
            .withPoolBytes(2 * Ram.CHUNK);
    Vcpu vcpu = vcpu();
    stopper.repeat(Duration.ofMillis(70), limit.multipliedBy(2).plus(MARGIN));
    for (int i = 0; i < snapshots; i++) {
      Path path = image.resolveSibling(i + ".ramshot");
      Snapshot snapshot = guest.snapshot(path, options);
      Expect.completed(snapshot.await());
      assertTrue(path.toFile().delete());
    }
    vcpu.awaitQuanta(ram.capacity() / Ram.PAGE);
    vcpu.stop();
  }

  private Vcpu vcpu() {
    return Vcpu.start(
        "vcpu",
        null,
        () -> {
          ram.put(at, (byte) (ram.get(at) + 1));
          at = (at + Ram.PAGE) % ram.capacity();
        });
  }
}
