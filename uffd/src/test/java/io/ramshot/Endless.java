package io.ramshot;

import java.nio.ByteBuffer;
import java.nio.file.Path;

/** The JVM of {@link KilledTest}: a snapshot that takes for ever. */
final class Endless {
  static final String SAVING = "it is saving";

  private static int at;

  private Endless() {}

  /**
   * @param arguments target, bytes a second
   */
  public static void main(String[] arguments) throws Exception {
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
            Path.of(arguments[0]),
            SnapshotOptions.DEFAULTS.withBytesPerSecond(Long.parseLong(arguments[1])));
    Expect.awaitState(snapshot, SnapshotState.SAVING);
    System.out.println(SAVING);
    Expect.completed(snapshot.await());
    vcpu.stop();
  }
}
