package io.ramshot.sample.device;

/** Guest time that passes as the host's does. */
public final class HostClock implements Clock {

  private static final long NANOS_PER_TICK = 1_000_000_000 / FREQUENCY;

  /** How late, in steps, a timer may be noticed: about 20 µs. */
  private static final long STEPS_PER_LOOK = 2_000;

  /** Guest time minus host time, in ticks. */
  private long offset = -hostTicks();

  @Override
  public long now() {
    return hostTicks() + offset;
  }

  @Override
  public void set(long ticks) {
    offset = ticks - hostTicks();
  }

  @Override
  public long stepsUntil(long ticks) {
    return STEPS_PER_LOOK;
  }

  private static long hostTicks() {
    return System.nanoTime() / NANOS_PER_TICK;
  }
}
