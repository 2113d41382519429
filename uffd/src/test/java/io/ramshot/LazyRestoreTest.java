package io.ramshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.testing.ForkedJvm;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A guest runs while its RAM is still in the image, and finds there what was saved. */
class LazyRestoreTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"storm", "snapshot", "free", "eager", "chain"})
  void everyPageIsTheImagesOrTheGuestsOwn(String what) throws Exception {
    jvm(what).succeed();
  }

  /** As on a kernel that cannot move pages. */
  @Test
  void pagesAreCopiedWhereTheyCannotBeMoved() throws Exception {
    jvm("storm").options("-Dramshot.lazy.copy=true").succeed();
  }

  @Test
  void aDamagedPageEndsTheJvmBeforeTheGuestSeesIt() throws Exception {
    ForkedJvm.Ended ended = jvm("damage").run();
    assertEquals(74, ended.exitCode(), ended.output());
    assertEquals(1, ended.lines().size(), ended.output());
    assertTrue(
        ended
            .output()
            .startsWith(
                "[ramshot] restore: "
                    + folder.resolve("damaged.ramshot")
                    + " is damaged: page 2000 of block ram, at file offset "),
        ended.output());
  }

  @Test
  void aDamagedPageBecomesZerosIfThatIsAskedFor() throws Exception {
    String output = String.join("\n", jvm("zero").succeed());
    assertTrue(output.contains("; the guest gets zeros there, as damaged=zero asks"), output);
    assertTrue(output.endsWith("page 2000 begins with 0\n1 damaged"), output);
  }

  private ForkedJvm jvm(String what) {
    return ForkedJvm.of(LazyRestore.class, what, folder.toString());
  }
}
