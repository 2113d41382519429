package io.ramshot;

import io.ramshot.testing.ForkedJvm;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CancellingTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"preparing", "freezing", "saving", "sealing", "any"})
  void cancelledSnapshotLeavesNeitherProtectionNorFiles(String when) throws Exception {
    ForkedJvm.of(Cancelling.class, when, folder.toString()).succeed();
  }
}
