package io.ramshot;

import io.ramshot.testing.ForkedJvm;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Even without gates, every page of an image is the page at one instant. */
class CounterOracleTest {
  @TempDir Path folder;

  @ParameterizedTest(name = "pool of {0} bytes")
  @ValueSource(ints = {Ram.CHUNK, 64 * Ram.MIB})
  void noPageIsTornByThreadsThatNothingParks(int poolBytes) throws Exception {
    ForkedJvm.of(CounterOracle.class, Integer.toString(poolBytes), "5", folder.toString())
        .succeed();
  }
}
