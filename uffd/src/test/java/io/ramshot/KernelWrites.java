package io.ramshot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The JVM of {@link KernelWritesTest}: a disk device reads a file into guest RAM. */
final class KernelWrites {

  private KernelWrites() {}

  /**
   * @param arguments folder
   */
  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    ByteBuffer ram = Ram.buffer(48 * Ram.MIB, 16);
    ByteBuffer disk = ByteBuffer.allocateDirect(ram.capacity());
    Ram.fill(ram, 1);
    Ram.fill(disk, 2);
    byte[] before = Ram.bytes(ram);
    Path file = folder.resolve("disk");
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      channel.write(disk, 0);
      Guest guest = new Guest();
      guest.register("ram", ram);
      Path target = folder.resolve("a.ramshot");
      Snapshot snapshot =
          guest.snapshot(
              target,
              SnapshotOptions.DEFAULTS.withPoolBytes(Ram.CHUNK).withBytesPerSecond(60_000_000));
      Expect.awaitState(snapshot, SnapshotState.SAVING);
      assertEquals(ram.capacity(), channel.read(ram.duplicate().clear(), 0));
      assertEquals(disk.clear(), ram.clear());
      SnapshotResult result = snapshot.await();
      Expect.completed(result);
      assertTrue(result.status().requests() > 0, "the kernel never met protected RAM");
      SavedRam.verify(target);
      try (SavedRam saved = SavedRam.of(target, "ram")) {
        assertArrayEquals(before, saved.bytes());
      }
      assertEquals(disk.clear(), ram.clear());
    }
  }
}
