package io.ramshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private static final long SECOND = 1_000_000_000L;

  @Test
  void aFileThatTakesNothingForTheLimitHasStopped() {
    Progress progress = new Progress(0);
    assertEquals(Duration.ofSeconds(60), progress.limit());
    assertFalse(progress.stopped(0, 5 * SECOND));
    assertFalse(progress.stopped(0, 65 * SECOND));
    assertTrue(progress.stopped(0, 65 * SECOND + 1));
  }

  @Test
  void anyProgressBeginsItAnew() {
    Progress progress = new Progress(0);
    for (int i = 0; i < 10; i++) {
      assertFalse(progress.stopped(i, i * 59 * SECOND));
    }
  }

  @Test
  void aRateAllowsForItsOwnWrites() {
    assertEquals(Duration.ofSeconds(60), new Progress(50_000_000).limit());
    assertEquals(Duration.ofSeconds(8 * 2 * 1024), new Progress(1024).limit());
  }
}
