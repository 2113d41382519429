package io.ramshot;

import io.ramshot.testing.ForkedJvm;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KernelWritesTest {
  @TempDir Path folder;

  @Test
  void readOfAFileIntoProtectedRamSucceedsAndTheImageHasTheOldBytes() throws Exception {
    ForkedJvm.of(KernelWrites.class, folder.toString()).options("-Xmx512m").succeed();
  }
}
