package io.ramshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.testing.ForkedJvm;
import io.ramshot.testing.Mount;
import io.ramshot.testing.Stopper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Time in which the process did not run ends no snapshot. */
@Tag("once")
class StoppedProcessTest {
  @TempDir Path folder;

  private ForkedJvm jvm(String what, Path image, String... more) {
    String[] arguments = new String[3 + more.length];
    arguments[0] = what;
    arguments[1] = image.toString();
    arguments[2] = Stopper.Means.SIGNAL.name();
    System.arraycopy(more, 0, arguments, 3, more.length);
    return ForkedJvm.of(StoppedProcess.class, arguments);
  }

  @ParameterizedTest
  @EnumSource(Stopper.Means.class)
  void freezeInWhichTheProcessIsStoppedSucceeds(Stopper.Means means) throws Exception {
    ForkedJvm.of(StoppedProcess.class, "freezing", folder.toString(), means.name()).succeed();
  }

  /**
   * What the disk's two limits, for a guest that waits and for one that does not, have to count.
   */
  @Test
  void diskThatComesBackAfterTheProcessWasStoppedIsInTime() throws Exception {
    onDeadDisk(
        "saving",
        jvm -> {
          jvm.awaitLine(StoppedProcess.SAVING);
          Thread.sleep(StoppedProcess.MARGIN.toMillis()); /* the guest comes to wait */
          jvm.signal("STOP");
          Thread.sleep(StoppedProcess.DISK_LIMIT.plus(StoppedProcess.MARGIN).toMillis());
          jvm.signal("CONT");
          Thread.sleep(100); /* who would give up for the stop has his chance */
        });
  }

  @Test
  void deadDiskIsGivenUpThoughTheProcessIsStoppedAgainAndAgain() throws Exception {
    onDeadDisk("dead", jvm -> jvm.awaitLine(StoppedProcess.DONE));
  }

  /** What happens before the disk comes back. */
  private interface Meanwhile {
    void run(ForkedJvm.Running jvm) throws Exception;
  }

  private void onDeadDisk(String what, Meanwhile meanwhile) throws Exception {
    Path outer = Files.createDirectory(folder.resolve("outer"));
    Path inner = Files.createDirectory(folder.resolve("inner"));
    Mount below = Mount.ext4(folder.resolve("outer.img"), 64 * Ram.MIB, outer);
    try {
      /* Frozen below, this one keeps data writes for ever but still makes and removes files. */
      Mount above = Mount.ext4(outer.resolve("inner.img"), 48 * Ram.MIB, inner);
      try {
        below.freeze();
        ForkedJvm.Running jvm = jvm(what, inner).start();
        try {
          meanwhile.run(jvm);
        } finally {
          below.unfreeze();
        }
        ForkedJvm.Ended ended = jvm.await();
        assertEquals(0, ended.exitCode(), ended::output);
        assertTrue(ended.lines().contains(StoppedProcess.DONE), ended::output);
      } finally {
        above.close();
      }
    } finally {
      below.close();
    }
  }

  @Test
  @Tag("long")
  void snapshotsSucceedWhereverTheProcessIsStopped() throws Exception {
    jvm("storm", folder, "6").limit(Duration.ofMinutes(10)).succeed();
  }
}
