package io.ramshot.sample;

import io.ramshot.sample.cpu.Hart;
import java.util.Locale;

/** How much a machine has executed since it was last asked to start, and how fast. */
final class Stats {

  private static final double NANOS_PER_SECOND = 1e9;

  private final Hart hart;
  private final long startNanos = System.nanoTime();
  private final long startExecuted;

  Stats(Hart hart) {
    this.hart = hart;
    this.startExecuted = executed();
  }

  private long executed() {
    return hart.steps() - hart.idleSteps();
  }

  /** Returns one line. */
  String describe() {
    long executed = executed() - startExecuted;
    double seconds = (System.nanoTime() - startNanos) / NANOS_PER_SECOND;
    return String.format(
        Locale.ROOT,
        "%d instructions in %.2f s: %.1f MIPS",
        executed,
        seconds,
        executed / seconds / 1e6);
  }
}
