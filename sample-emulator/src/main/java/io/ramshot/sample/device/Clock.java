package io.ramshot.sample.device;

/** What drives mtime: ticks of {@link #FREQUENCY}. */
public interface Clock {

  /** In Hz, as on QEMU's board. */
  long FREQUENCY = 10_000_000;

  /** Returns the time, in ticks. */
  long now();

  /** Makes the clock go on from {@code ticks}. */
  void set(long ticks);

  /**
   * Returns how many steps the hart may take before the clock has to be looked at again, if {@code
   * ticks} is the time that matters next; 0 or less if that has come.
   */
  long stepsUntil(long ticks);
}
