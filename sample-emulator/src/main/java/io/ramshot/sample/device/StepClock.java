package io.ramshot.sample.device;

import java.util.function.LongSupplier;

/** Guest time that counts the hart's steps: two runs of one guest are the same. */
public final class StepClock implements Clock {

  /** Steps in a tick: 10 MHz times 10 is a hart of 100 million instructions per second. */
  public static final long STEPS_PER_TICK = 10;

  private final LongSupplier steps;

  /** Guest time minus what the steps alone would give, in ticks. */
  private long offset;

  /**
   * @param steps the hart's steps since reset
   */
  public StepClock(LongSupplier steps) {
    this.steps = steps;
  }

  @Override
  public long now() {
    return steps.getAsLong() / STEPS_PER_TICK + offset;
  }

  @Override
  public void set(long ticks) {
    offset = ticks - steps.getAsLong() / STEPS_PER_TICK;
  }

  @Override
  public long stepsUntil(long ticks) {
    long wait = ticks - now();
    if (Long.compareUnsigned(ticks, now()) <= 0) {
      return 0;
    }
    if (wait < 0 || wait > Long.MAX_VALUE / STEPS_PER_TICK - 1) {
      return Long.MAX_VALUE;
    }
    return wait * STEPS_PER_TICK - steps.getAsLong() % STEPS_PER_TICK;
  }
}
