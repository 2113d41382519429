package io.ramshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ThrottleTest {
  private static final long MIB = 1 << 20;
  private static final SnapshotOptions SLOW = SnapshotOptions.DEFAULTS.withBytesPerSecond(MIB);

  @Test
  void saysHowLongAChunkTakes() {
    assertEquals(Duration.ofSeconds(2), Throttle.perChunk(MIB));
    String words = Throttle.warning(SLOW, 2 * MIB, 64 * MIB);
    assertTrue(words.contains("wait up to 2.0 s for each chunk of 2 MiB"), words);
    assertTrue(words.contains("pool of 2 MiB is full: raise rate="), words);
  }

  @Test
  void saysWhenTheSnapshotWillNotEndWell() {
    String words = Throttle.warning(SLOW.withStallLimit(Duration.ofSeconds(1)), 2 * MIB, 64 * MIB);
    assertTrue(words.contains("given up by stall.limit"), words);
  }

  @Test
  void isSilentWhereNobodyWaits() {
    assertEquals("", Throttle.warning(SnapshotOptions.DEFAULTS, 2 * MIB, 64 * MIB));
    assertEquals("", Throttle.warning(SLOW, 64 * MIB, 64 * MIB));
    assertEquals("", Throttle.warning(SLOW.withBytesPerSecond(100 * MIB), 2 * MIB, 64 * MIB));
  }
}
