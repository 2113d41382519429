package io.ramshot;

import io.ramshot.testing.ForkedJvm;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * An increment with its ancestors is the guest at the freeze, and stores no page more than it must.
 */
class IncrementsTest {
  @TempDir Path folder;

  /**
   * With a pool of one chunk, where the full image has no hashes, and with a large one; and with a
   * collector that does not put an array at the same place of a page each time.
   */
  @ParameterizedTest
  @CsvSource({"1, 6, 0, G1", "2, 5, 2097152, G1", "3, 4, 0, Parallel"})
  void holdsWhatAFullImageWouldHold(long seed, int increments, long pool, String collector)
      throws Exception {
    ForkedJvm.of(
            Increments.class,
            Long.toString(seed),
            Integer.toString(increments),
            Long.toString(pool),
            folder.toString())
        .options("-Xmx1500m", "-XX:+Use" + collector + "GC")
        .succeed();
  }
}
