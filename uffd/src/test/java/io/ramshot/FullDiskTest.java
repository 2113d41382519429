package io.ramshot;

import io.ramshot.testing.ForkedJvm;
import io.ramshot.testing.Mount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("once")
class FullDiskTest {
  @TempDir Path folder;

  @Test
  void snapshotThatDoesNotFitFailsAndTheGuestRunsOn() throws Exception {
    Path disk = Files.createDirectory(folder.resolve("disk"));
    Mount mount = Mount.tmpfs(disk, "size=32m");
    try {
      check(48 * Ram.MIB, disk, "disk is full");
    } finally {
      mount.close();
    }
  }

  @Test
  void snapshotThatDoesNotFitOnAnOrdinaryFileSystemFails() throws Exception {
    Path disk = Files.createDirectory(folder.resolve("disk"));
    Mount mount = Mount.ext4(folder.resolve("disk.img"), 24 * Ram.MIB, disk);
    try {
      check(48 * Ram.MIB, disk, "disk is full");
    } finally {
      mount.close();
    }
  }

  @Test
  void snapshotWhoseIndexDoesNotFitAnyMoreFails() throws Exception {
    Path disk = Files.createDirectory(folder.resolve("disk"));
    Mount mount = Mount.tmpfs(disk, "size=32m");
    try {
      check(32 * Ram.MIB - 2 * Ram.PAGE, disk, "disk");
    } finally {
      mount.close();
    }
  }

  private static void check(int bytes, Path disk, String remedy)
      throws IOException, InterruptedException {
    ForkedJvm.of(
            FullDisk.class,
            Integer.toString(bytes),
            disk.toString(),
            "a.ramshot;No space left on device;" + remedy)
        .succeed();
  }
}
