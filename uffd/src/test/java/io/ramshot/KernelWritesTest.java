package io.ramshot;

import io.ramshot.testing.ForkedJvm;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("once")
class KernelWritesTest {
  @TempDir Path folder;

  @Test
  void readOfAFileIntoProtectedRamSucceedsAndTheImageHasTheOldBytes() throws Exception {
    ForkedJvm.of(KernelWrites.class, folder.toString()).options("-Xmx512m").succeed();
  }
}
