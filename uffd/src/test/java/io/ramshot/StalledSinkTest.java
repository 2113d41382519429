package io.ramshot;

import io.ramshot.testing.ForkedJvm;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StalledSinkTest {
  @TempDir Path folder;

  @Test
  void snapshotThatKeepsAGuestThreadWaitingForTheFileIsGivenUp() throws Exception {
    ForkedJvm.of(StalledSink.class, folder.toString()).succeed();
  }
}
