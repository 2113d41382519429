package io.ramshot;

import io.ramshot.testing.ForkedJvm;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A block's memory may be unmapped as soon as it has been taken out, whatever goes on. */
class FreeingTest {
  @TempDir Path folder;

  @Test
  void freeWaitsUntilTheBlockIsSavedWhileTheSnapshotGoesOn() throws Exception {
    check("saving");
  }

  @Test
  void engineIsDoneWithABlockThatIsFreedRightAfterAFault() throws Exception {
    check("faulting");
  }

  @Test
  void freeBeforeTheFreezeFailsTheSnapshotWithTheBlocksName() throws Exception {
    check("freezing");
  }

  @Test
  void freeAtAnyTimeOfPreparationEitherWaitsOrFailsTheSnapshot() throws Exception {
    check("preparing");
  }

  @Test
  void freeAfterACancelReturnsWithoutASlowFile() throws Exception {
    check("cancelled");
  }

  private void check(String what) throws IOException, InterruptedException {
    ForkedJvm.of(Freeing.class, what, folder.toString()).succeed();
  }
}
