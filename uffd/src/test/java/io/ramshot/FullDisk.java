package io.ramshot;

import java.nio.ByteBuffer;
import java.nio.file.Path;

/** The JVM of {@link FullDiskTest}: a busy guest, and a file system too small for it. */
final class FullDisk {
  private int at;

  private FullDisk() {}

  /**
   * @param arguments bytes of RAM, folder, words of the message
   */
  public static void main(String[] arguments) throws Exception {
    new FullDisk()
        .run(Ram.buffer(Integer.parseInt(arguments[0])), Path.of(arguments[1]), arguments[2]);
  }

  private void run(ByteBuffer ram, Path folder, String words) throws Exception {
    Ram.fill(ram, 1);
    Guest guest = new Guest();
    guest.register("ram", ram);
    Vcpu vcpu =
        Vcpu.start(
            "vcpu",
            null,
            () -> {
              ram.put(at, (byte) (ram.get(at) | 1));
              at = (at + Ram.PAGE) % ram.capacity();
            });
    Path target = folder.resolve("a.ramshot");
    for (boolean direct : new boolean[] {true, false}) {
      SnapshotResult result =
          guest.snapshot(target, SnapshotOptions.DEFAULTS.withDirectIo(direct)).await();
      Expect.failed(result, words.split(";"));
      vcpu.awaitQuanta(1000);
      Ram.writeEveryPage(ram);
    }
    vcpu.stop();
  }
}
