package io.ramshot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.image.BlockKind;
import io.ramshot.uffd.GuestMemory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Shared memory, of which the process has not mapped every page that holds something: others wrote
 * it, or the kernel took it out of the page table.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
@Tag("once")
class SharedRamTest {
  private static final int BYTES = 5 * Ram.CHUNK + 3 * Ram.PAGE;

  @TempDir Path folder;

  @Test
  void pagesThatOnlyTheFileHasAreInTheImage() throws Exception {
    check(false, SnapshotOptions.DEFAULTS);
  }

  @Test
  void pagesThatWereMappedAreInTheImage() throws Exception {
    check(true, SnapshotOptions.DEFAULTS);
    check(true, SnapshotOptions.DEFAULTS.withHugePages(false));
  }

  private void check(boolean mapped, SnapshotOptions options) throws Exception {
    ByteBuffer content = Ram.buffer(BYTES);
    Ram.fill(content, 5);
    content.put(Ram.CHUNK, new byte[Ram.CHUNK + 2 * Ram.PAGE]);
    byte[] expected = Ram.bytes(content);
    Path file = Path.of("/dev/shm", "ramshot-test-" + ProcessHandle.current().pid());
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE)) {
      channel.write(ByteBuffer.wrap(expected), 0);
      ByteBuffer ram = channel.map(FileChannel.MapMode.READ_WRITE, 0, BYTES);
      if (mapped) {
        ram.put(0, expected);
      }
      Guest guest = new Guest();
      guest.register("ram", BlockKind.MAPPED, GuestMemory.addressOf(ram), BYTES, ram);
      /* As soon as the guest runs again, it writes to everything. */
      guest.vcpus(
          new Vcpus() {
            @Override
            public void freeze(Duration timeout) {}

            @Override
            public void thaw() {
              Ram.writeEveryPage(ram);
            }
          });
      Path image = folder.resolve("a.ramshot");
      SnapshotResult result = guest.snapshot(image, options).await();
      Expect.completed(result);
      SavedRam.verify(image);
      try (SavedRam saved = SavedRam.of(image, "ram")) {
        assertArrayEquals(expected, saved.bytes());
      }
      assertTrue(result.status().requests() > 0, "the guest never met protected RAM");
      java.nio.file.Files.delete(image);
    }
  }
}
