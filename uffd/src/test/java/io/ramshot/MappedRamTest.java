package io.ramshot;

import io.ramshot.testing.ForkedJvm;
import io.ramshot.testing.Mount;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A file mapped from an ordinary file system is captured as one instant, or refused. */
@Tag("once")
class MappedRamTest {
  @TempDir Path folder;
  private Path disk;
  private Mount mount;

  /** A disk of its own: the build's folder may be on tmpfs, which needs no tracking. */
  @BeforeEach
  void mount() throws Exception {
    disk = Files.createDirectory(folder.resolve("disk"));
    mount = Mount.ext4(folder.resolve("disk.img"), 160L * Ram.MIB, disk);
  }

  @AfterEach
  void unmount() throws Exception {
    mount.close();
  }

  @Test
  void manyImagesShowTheGuestAtTheFreeze() throws Exception {
    check("edge", folder);
  }

  @ParameterizedTest
  @ValueSource(strings = {"private", "fast", "truncated", "written", "cancelled", "freed"})
  void whateverHappensTheImageIsRightOrRefusedAndTheGuestRunsOn(String what) throws Exception {
    check(what, folder);
  }

  @Test
  void snapshotThatDoesNotFitFails() throws Exception {
    Path small = Files.createDirectory(folder.resolve("small"));
    Mount tmpfs = Mount.tmpfs(small, "size=32m");
    try {
      check("full", small);
    } finally {
      tmpfs.close();
    }
  }

  private void check(String what, Path images) throws Exception {
    ForkedJvm.of(MappedRam.class, what, images.toString(), disk.toString())
        .limit(Duration.ofSeconds(180))
        .options(
            what.equals("fast")
                ? "-Dramshot.track.staging.bytes=65536"
                : "-Dramshot.track.staging.bytes=" + (64 << 20))
        .succeed();
  }
}
