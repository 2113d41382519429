package io.ramshot.uffd;

import io.ramshot.testing.ForkedJvm;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OneStallTest {
  @TempDir Path folder;

  @Test
  void engineCountsAStallIntoTheBucketThatJavaReads() throws Exception {
    ForkedJvm.of(OneStall.class, folder.toString()).succeed();
  }
}
