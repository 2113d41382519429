package io.ramshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.file.SharedFolder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;

/** The JVM of {@link SharedFoldersTest}: snapshots to a folder in which somebody swaps names. */
final class SharedFolders {
  private final ByteBuffer ram = Ram.buffer(4 * Ram.MIB, 16);
  private final Guest guest = new Guest();
  private final Path folder;
  private int failed;

  private SharedFolders(Path folder) {
    this.folder = folder;
  }

  /**
   * @param arguments folder, how many snapshots, the least and the most of them that may fail
   */
  public static void main(String[] arguments) throws Exception {
    new SharedFolders(Path.of(arguments[0]))
        .run(
            Integer.parseInt(arguments[1]),
            Integer.parseInt(arguments[2]),
            Integer.parseInt(arguments[3]));
  }

  private void run(int snapshots, int least, int most) throws Exception {
    guest.register("ram", ram);
    for (int i = 0; i < snapshots; i++) {
      Ram.fill(ram, i);
      Path target = folder.resolve(i + ".ramshot");
      /* Some are published at once, others may be attacked for a while. */
      SnapshotOptions options =
          SnapshotOptions.DEFAULTS.withBytesPerSecond(i % 2 == 0 ? 0 : 40_000_000);
      SnapshotResult result = guest.snapshot(target, options).await(Duration.ofSeconds(60));
      check(target, result);
    }
    System.out.println(failed + " of " + snapshots + " failed");
    assertTrue(failed >= least && failed <= most, failed + " failed");
  }

  private void check(Path target, SnapshotResult result) throws IOException {
    Expect.nothingProtected();
    if (result.state() == SnapshotState.COMPLETED) {
      assertEquals(SharedFolder.warning(folder).orElse(""), result.message());
      SavedRam.verify(target);
      try (SavedRam saved = SavedRam.of(target, "ram")) {
        for (int at = 0; at < ram.capacity(); at += 97) {
          assertEquals(ram.get(at), saved.at(at), "byte " + at);
        }
      }
      Files.delete(target);
      return;
    }
    failed++;
    assertEquals(SnapshotState.FAILED, result.state());
    System.out.println(result.message());
    assertTrue(
        result.message().contains("somebody else removes, renames, replaces or links")
            || result.message().contains("was renamed, removed or replaced"),
        result.message());
    assertFalse(Files.exists(target, LinkOption.NOFOLLOW_LINKS), target + " is there");
  }
}
