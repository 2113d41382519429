package io.ramshot;

import io.ramshot.testing.ForkedJvm;
import io.ramshot.testing.Mount;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("once")
class LateWriteTest {
  @TempDir Path folder;

  /**
   * The kernel lets any userfaultfd remove the protection that another one has set, so a write that
   * comes back late must not be followed by the release of its chunk.
   */
  @Test
  void writeThatOutlivesItsSnapshotDoesNotReleaseThePagesOfTheNextOne() throws Exception {
    Path outer = Files.createDirectory(folder.resolve("outer"));
    Path inner = Files.createDirectory(folder.resolve("inner"));
    Path good = Files.createDirectory(folder.resolve("good"));
    Mount below = Mount.ext4(folder.resolve("outer.img"), 64 * Ram.MIB, outer);
    try {
      /* Frozen below, this one keeps data writes for ever but still makes and removes files. */
      Mount above = Mount.ext4(outer.resolve("inner.img"), 32 * Ram.MIB, inner);
      try {
        below.freeze();
        ForkedJvm.Running jvm =
            ForkedJvm.of(LateWrite.class, inner.toString(), good.toString()).start();
        try {
          jvm.awaitLine(LateWrite.SAVING);
        } finally {
          below.unfreeze();
        }
        ForkedJvm.Ended ended = jvm.await();
        org.junit.jupiter.api.Assertions.assertEquals(0, ended.exitCode(), ended::output);
      } finally {
        above.close();
      }
    } finally {
      below.close();
    }
  }
}
