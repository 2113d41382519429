package io.ramshot.bench.qemu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SpeedLogTest {
  /** 10 pages each 100 ns until 1000, nothing until 1500, 5 each 100 ns from there on. */
  private static SpeedLog log() {
    SpeedLog log = new SpeedLog();
    for (int i = 0; i <= 10; i++) {
      log.add(100 * i, 10L * i);
    }
    for (int i = 11; i <= 15; i++) {
      log.add(100 * i, 100);
    }
    for (int i = 16; i <= 20; i++) {
      log.add(100 * i, 100 + 5L * (i - 15));
    }
    return log;
  }

  @Test
  void countsOnAStraightLineBetweenReadings() {
    assertEquals(15, log().countAt(150));
    assertEquals(20, log().countAt(200));
    assertEquals(0, log().countAt(-5));
    assertEquals(125, log().countAt(9999));
  }

  @Test
  void tellsSpeedInPagesASecond() {
    assertEquals(1e8, log().speed(0, 1000), 1);
    assertEquals(0, log().speed(1000, 1500));
    assertTrue(Double.isNaN(log().speed(7, 7)));
  }

  @Test
  void findsTheLongestStandstill() {
    assertEquals(500, log().longestStandstill(0, 2000));
    assertEquals(300, log().longestStandstill(1200, 2000));
    assertEquals(0, log().longestStandstill(0, 1000));
  }

  @Test
  void takesALateReaderForNoStandstill() {
    SpeedLog log = new SpeedLog();
    log.add(0, 0);
    log.add(1_000_000, 10);
    assertEquals(0, log.longestStandstill(0, 1_000_000));
  }

  @Test
  void dividesIntoBuckets() {
    assertArrayEquals(new double[] {1, 1, 0, .5}, log().shares(0, 2000, 500, 1e8), 1e-9);
  }

  @Test
  void growsWithWhatIsAdded() {
    SpeedLog log = new SpeedLog();
    for (int i = 0; i < 100_000; i++) {
      log.add(i, 2L * i);
    }
    assertEquals(199_998, log.countAt(99_999));
  }
}
