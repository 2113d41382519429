package io.ramshot;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Time in which this process ran, since it was last asked: what a limit is measured by. A debugger,
 * SIGSTOP, a frozen container or a suspended machine stop a process at any moment, and for as long
 * as they like; a limit that went off for that would blame somebody who had no chance.
 *
 * <p>No clock of the system leaves a stop out, so whoever waits looks every {@link #LOOK_MILLIS},
 * and of the time between two looks no more than {@value #MOST_MILLIS} ms counts: the rest was a
 * stop, or so busy a machine that nothing could be expected of it either. One stop counts as that
 * much at most; a process that runs reaches every limit.
 *
 * <p>Allocates nothing once it is made, and takes no lock. For one thread.
 */
public final class RunningTime {
  /** How long to wait at most before looking again, in ms. */
  public static final long LOOK_MILLIS = 20;

  private static final long MOST_MILLIS = 50;

  /** Something that can be waited for. */
  public interface Waiting {
    /**
     * Waits for that long, or until it is over.
     *
     * @return whether it is over
     */
    boolean await(long nanos) throws InterruptedException;
  }

  private final LongSupplier clock;
  private long lookedAt;
  private long nanos;

  /** Begins at 0, now. */
  public RunningTime() {
    this(System::nanoTime);
  }

  /**
   * @param clock in ns, from anywhere
   */
  RunningTime(LongSupplier clock) {
    this.clock = clock;
    lookedAt = clock.getAsLong();
  }

  /** Looks at the clock: for how long the process has run by now, in ns. */
  public long nanos() {
    long now = clock.getAsLong();
    nanos += Math.min(now - lookedAt, MOST_MILLIS * 1_000_000);
    lookedAt = now;
    return nanos;
  }

  /** Begins again at 0, now. */
  public void restart() {
    lookedAt = clock.getAsLong();
    nanos = 0;
  }

  /** Looks at the clock: whether the process has run for that long. */
  public boolean reached(Duration limit) {
    return nanos() >= nanos(limit);
  }

  /**
   * Waits until it is over, or the process has run for that long since this began.
   *
   * @return whether it is over
   */
  public boolean await(Waiting waiting, Duration limit) throws InterruptedException {
    return await(waiting, nanos(limit));
  }

  private boolean await(Waiting waiting, long limit) throws InterruptedException {
    long left;
    do {
      left = limit - nanos();
      if (waiting.await(Math.max(0, Math.min(left, LOOK_MILLIS * 1_000_000)))) {
        return true;
      }
    } while (left > 0);
    return false;
  }

  /** Sleeps until the process has run for that much longer. */
  public void sleep(Duration more) throws InterruptedException {
    await(
        nanos -> {
          TimeUnit.NANOSECONDS.sleep(nanos);
          return false;
        },
        nanos() + nanos(more));
  }

  /**
   * Waits for the end of a thread, for as long as that at most.
   *
   * @return whether it has ended
   */
  public static boolean join(Thread thread, Duration limit) throws InterruptedException {
    return new RunningTime()
        .await(
            nanos -> {
              /* 0 would be for ever. */
              thread.join(Math.max(1, nanos / 1_000_000));
              return !thread.isAlive();
            },
            limit);
  }

  private static long nanos(Duration limit) {
    return TimeLimit.of(limit).toNanos();
  }
}
