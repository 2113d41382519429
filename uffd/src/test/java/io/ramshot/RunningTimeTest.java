package io.ramshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What counts as time in which the process ran; by a clock that the test sets. */
@Tag("once")
class RunningTimeTest {
  private static final long MILLI = 1_000_000;
  private static final Duration SECOND = Duration.ofSeconds(1);

  private long now = 17;
  private final RunningTime time = new RunningTime(() -> now);

  private void pass(long millis) {
    now += millis * MILLI;
  }

  @Test
  void theTimeBetweenTwoLooksCounts() {
    assertEquals(0, time.nanos());
    pass(20);
    assertEquals(20 * MILLI, time.nanos());
    pass(49);
    assertEquals(69 * MILLI, time.nanos());
  }

  @Test
  void ofAStopHardlyAnythingCounts() {
    pass(20);
    time.nanos();
    pass(3_600_000);
    assertEquals(70 * MILLI, time.nanos());
    assertEquals(70 * MILLI, time.nanos());
  }

  @Test
  void aClockThatPassesItsEndGoesOn() {
    now = Long.MAX_VALUE - 5 * MILLI;
    time.restart();
    pass(20);
    assertEquals(20 * MILLI, time.nanos());
  }

  @Test
  void aLimitIsReachedByRunningThatLong() {
    for (int i = 0; i < 19; i++) {
      pass(50);
      assertFalse(time.reached(SECOND));
    }
    pass(3_600_000);
    assertTrue(time.reached(SECOND));
    time.restart();
    assertFalse(time.reached(SECOND));
  }

  @Test
  void aLimitThatNoClockReachesIsNone() {
    pass(50);
    assertFalse(time.reached(Duration.ofSeconds(Long.MAX_VALUE)));
  }

  @Test
  void waitingIsCutIntoPiecesSoThatAStopIsSeen() throws InterruptedException {
    List<Long> waits = new ArrayList<>();
    boolean over =
        time.await(
            nanos -> {
              waits.add(nanos / MILLI);
              now += nanos;
              if (waits.size() == 2) {
                pass(3_600_000); /* a stop */
              }
              return false;
            },
            Duration.ofMillis(110));
    assertFalse(over);
    assertEquals(List.of(20L, 20L, 20L, 20L, 0L), waits);
  }

  @Test
  void whatIsOverIsNotWaitedForAnyLonger() throws InterruptedException {
    assertTrue(time.await(nanos -> true, SECOND));
    assertTrue(time.await(nanos -> true, Duration.ZERO));
    assertFalse(time.await(nanos -> false, Duration.ZERO));
  }

  @Test
  void sleepingTakesThatMuchLonger() throws InterruptedException {
    RunningTime real = new RunningTime();
    real.sleep(Duration.ofMillis(30));
    long slept = real.nanos();
    assertTrue(slept >= 30 * MILLI, slept + " ns");
    real.sleep(Duration.ofMillis(10));
    assertTrue(real.nanos() >= slept + 10 * MILLI);
  }

  @Test
  void aThreadIsWaitedForUntilItHasEnded() throws InterruptedException {
    CountDownLatch release = new CountDownLatch(1);
    Thread thread =
        new Thread(
            () -> {
              try {
                release.await();
              } catch (InterruptedException e) {
                return;
              }
            });
    thread.start();
    assertFalse(RunningTime.join(thread, Duration.ofMillis(30)));
    release.countDown();
    assertTrue(RunningTime.join(thread, Duration.ofMinutes(1)));
  }
}
