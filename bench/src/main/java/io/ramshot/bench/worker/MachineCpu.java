package io.ramshot.bench.worker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What other programs do meanwhile, by /proc/stat: a machine that is not quiet measures nothing.
 */
public final class MachineCpu {

  /** Unit of /proc/stat on every Linux, in ns. */
  private static final double TICK_NANOS = 1e7;

  /** In the line: idle, and waiting for a disk. */
  private static final int IDLE = 4;

  private static final int IOWAIT = 5;

  /** user to steal; the two behind are in them already. */
  private static final int LAST = 8;

  private final long busy;
  private final long all;

  private MachineCpu(long busy, long all) {
    this.busy = busy;
    this.all = all;
  }

  public static MachineCpu now() throws IOException {
    String[] words = Files.readString(Path.of("/proc/stat")).lines().findFirst().get().split(" +");
    long busy = 0;
    long all = 0;
    for (int i = 1; i <= LAST; i++) {
      long ticks = Long.parseLong(words[i]);
      all += ticks;
      busy += i == IDLE || i == IOWAIT ? 0 : ticks;
    }
    return new MachineCpu(busy, all);
  }

  /**
   * The share of all CPUs' time since {@code start} that was used by others.
   *
   * @param ownNanos CPU time of this process and its children since then
   */
  public double othersSince(MachineCpu start, double ownNanos) {
    double others = (busy - start.busy) * TICK_NANOS - ownNanos;
    return Math.max(0, others / ((all - start.all) * TICK_NANOS));
  }
}
