package io.ramshot;

import io.ramshot.testing.ForkedJvm;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("once")
class ManyVcpusTest {
  @TempDir Path folder;

  @Test
  void allBlocksAreSavedAsOfTheSameInstant() throws Exception {
    ForkedJvm.of(ManyVcpus.class, folder.toString()).succeed();
  }
}
