package io.ramshot;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;

/** The JVM of {@link StalledSinkTest}: a guest thread that waits for a file that takes nothing. */
final class StalledSink {
  private int at;

  private StalledSink() {}

  /**
   * @param arguments folder
   */
  public static void main(String[] arguments) throws Exception {
    new StalledSink().run(Path.of(arguments[0]));
  }

  private void run(Path folder) throws Exception {
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
    SnapshotResult result =
        guest
            .snapshot(
                folder.resolve("a.ramshot"),
                SnapshotOptions.DEFAULTS
                    .withPoolBytes(Ram.CHUNK)
                    .withBytesPerSecond(1000)
                    .withStallLimit(Duration.ofMillis(300)))
            .await();
    Expect.failed(result, "ram", "a.ramshot", "pool=", "stall.limit=");
    assertTrue(result.status().requestsWaited() > 0, result::toString);
    vcpu.awaitQuanta(ram.capacity() / Ram.PAGE);
    vcpu.stop();
    Ram.writeEveryPage(ram);
  }
}
