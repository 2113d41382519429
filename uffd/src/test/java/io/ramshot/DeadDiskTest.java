package io.ramshot;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ramshot.testing.ForkedJvm;
import io.ramshot.testing.Mount;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("once")
class DeadDiskTest {
  @TempDir Path folder;

  /**
   * The disk stays dead until the JVM has said how the snapshot ended; only the process's own end
   * has to wait for the kernel to get its writes back.
   */
  @ParameterizedTest
  @ValueSource(strings = {"busy", "idle"})
  void snapshotToADiskThatIsDeadForGoodFailsWithinTheLimit(String guest) throws Exception {
    Path outer = Files.createDirectory(folder.resolve("outer"));
    Path inner = Files.createDirectory(folder.resolve("inner"));
    Mount below = Mount.ext4(folder.resolve("outer.img"), 64 * Ram.MIB, outer);
    try {
      /* Frozen below, this one keeps data writes for ever but still makes and removes files. */
      Mount above = Mount.ext4(outer.resolve("inner.img"), 48 * Ram.MIB, inner);
      try {
        below.freeze();
        ForkedJvm.Running jvm = ForkedJvm.of(DeadDisk.class, inner.toString(), guest).start();
        try {
          jvm.awaitLine(DeadDisk.FAILED);
        } finally {
          below.unfreeze();
        }
        ForkedJvm.Ended ended = jvm.await();
        assertEquals(0, ended.exitCode(), ended::output);
      } finally {
        above.close();
      }
    } finally {
      below.close();
    }
  }
}
