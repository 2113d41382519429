package io.ramshot;

import io.ramshot.testing.ForkedJvm;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("once")
class SparseRamTest {
  @TempDir Path folder;

  @Test
  void untouchedRamTakesNeitherMemoryNorDiskAndIsZeroInTheImage() throws Exception {
    ForkedJvm.of(SparseRam.class, folder.toString())
        .options("-Xms64m", "-Xmx64m", "-XX:+AlwaysPreTouch")
        .succeed();
  }
}
