package io.ramshot.uffd;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.testing.ForkedJvm;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An array on the heap is saved as it was at the freeze, whatever the collector does to it. */
class HeapOracleTest {
  private static final String UNLOCK = "-XX:+UnlockExperimentalVMOptions";

  @TempDir Path folder;

  private List<String> run(String what, String type, int mib, int snapshots, String... options)
      throws Exception {
    return ForkedJvm.of(
            HeapOracle.class,
            what,
            type,
            Integer.toString(mib),
            Integer.toString(snapshots),
            folder.toString())
        .options("-Xmx768m", UNLOCK)
        .options(options)
        .succeed();
  }

  @ParameterizedTest
  @CsvSource({
    "G1, byte, 128",
    "G1, long, 64",
    "Parallel, int, 64",
    "Serial, byte, 64",
    "Shenandoah, long, 64",
  })
  void imagesTakenInStormsShowTheGuestAtTheFreeze(String collector, String type, int mib)
      throws Exception {
    run("storm", type, mib, 4, "-XX:+Use" + collector + "GC", "-Xms768m");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Parallel", "Serial"})
  void anArrayThatIsMovedBeforeTheFreezeAndAfterItIsSavedAsItWasAtTheFreeze(String collector)
      throws Exception {
    run("move", "byte", 64, 1, "-XX:+Use" + collector + "GC", "-Xms768m");
  }

  @ParameterizedTest
  @CsvSource({
    "Serial, shrink",
    "G1, shrink",
    "G1, drop",
    "Serial, drop",
    "Shenandoah, drop",
  })
  void aHeapThatGivesMemoryBackWhileItIsSavedFailsTheSnapshotAndNothingElse(
      String collector, String what) throws Exception {
    List<String> lines =
        run(
            what,
            "byte",
            64,
            1,
            "-XX:+Use" + collector + "GC",
            "-Xms16m",
            "-XX:MinHeapFreeRatio=1",
            "-XX:MaxHeapFreeRatio=2");
    /* G1 does not move it, Shenandoah takes its time. */
    boolean mayKeepIt = !collector.equals("Serial") && !(collector + what).equals("G1drop");
    assertTrue(mayKeepIt || lines.contains("ended as FAILED"), lines::toString);
  }

  @Test
  void aJvmThatTellsNobodyWhereArraysAreIsRefused() throws Exception {
    run("refuse", "byte", 64, 1, "-Xcheck:jni");
  }
}
