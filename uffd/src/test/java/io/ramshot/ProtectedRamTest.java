package io.ramshot;

import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.testing.ForkedJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nothing that a host does to its guest's memory ends the JVM in a snapshot or a restore. */
class ProtectedRamTest {
  @TempDir Path folder;

  private ForkedJvm jvm(String what) {
    return jvm(what, folder);
  }

  /**
   * @param images where it saves to; empty
   */
  private static ForkedJvm jvm(String what, Path images) {
    return ForkedJvm.of(ProtectedRam.class, what, images.toString());
  }

  @Test
  @Tag("once")
  void protectedPagesAreSavedAndFilledAndStayProtected() throws Exception {
    jvm("protected").succeed();
  }

  @Test
  void faultsOfTheJvmAreStillItsOwnInAStormOfProtections() throws Exception {
    assertTrue(jvm("storm").succeed().contains("OK"));
  }

  /** It passes signals on only where nobody has taken them. */
  @Test
  @Tag("long")
  void libjsigAndCheckedJniMakeNoDifference() throws Exception {
    String libjsig = Path.of(System.getProperty("java.home"), "lib", "libjsig.so").toString();
    assertTrue(
        jvm("storm")
            .through("env", "LD_PRELOAD=" + libjsig)
            .options("-Xcheck:jni")
            .succeed()
            .contains("OK"));
    Path second = Files.createDirectory(folder.resolve("second"));
    assertTrue(jvm("storm", second).options("-Xcheck:jni").succeed().contains("OK"));
  }

  @Test
  @Tag("once")
  void memoryThatGoesInMidSnapshotFailsIt() throws Exception {
    assertTrue(jvm("gone").succeed().contains("OK"));
  }

  @Test
  void crashOfTheHostIsReportedAsEver() throws Exception {
    ForkedJvm.Ended ended = jvm("crash").run();
    assertNotEquals(0, ended.exitCode());
    assertTrue(ended.output().contains("SIGSEGV (0xb)"), "no word of it");
    assertTrue(ended.output().contains("ProtectedRam.crash"), "nor of where it was");
  }
}
