package io.ramshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private static final long LOOK_NANOS = 20_000_000;
  private static final int LOOKS = 60_000 / 20;

  private long now;
  private final Progress progress = new Progress(0, () -> now);

  /** Whether it has stopped after so many looks, in all of which it says no but in the last. */
  private boolean stoppedAfter(int looks, long bytes) {
    for (int i = 1; i < looks; i++) {
      now += LOOK_NANOS;
      assertFalse(progress.stopped(bytes), "after " + i + " looks");
    }
    now += LOOK_NANOS;
    return progress.stopped(bytes);
  }

  @Test
  void aFileThatTakesNothingForTheLimitHasStopped() {
    assertEquals(Duration.ofSeconds(60), progress.limit());
    assertFalse(progress.stopped(0));
    assertTrue(stoppedAfter(LOOKS, 0));
  }

  @Test
  void anyProgressBeginsItAnew() {
    for (int i = 0; i < 10; i++) {
      assertFalse(progress.stopped(i));
      assertFalse(stoppedAfter(LOOKS - 1, i));
    }
  }

  @Test
  void whatTheProcessWasStoppedForDoesNotCount() {
    assertFalse(progress.stopped(0));
    for (int i = 0; i < 10; i++) {
      now += 3_600_000_000_000L;
      assertFalse(progress.stopped(0));
    }
    assertTrue(stoppedAfter(LOOKS - 10 * 50 / 20, 0));
  }

  @Test
  void aRateAllowsForItsOwnWrites() {
    assertEquals(Duration.ofSeconds(60), new Progress(50_000_000).limit());
    assertEquals(Duration.ofSeconds(8 * 2 * 1024), new Progress(1024).limit());
  }
}
