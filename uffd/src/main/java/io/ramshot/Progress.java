package io.ramshot;

import java.nio.file.Path;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Tells a file that takes data slowly from one that takes none any more. While a guest thread waits
 * the engine itself gives up, by the stall limit; this is for a disk that dies when nobody does.
 */
final class Progress {
  /** Nobody is harmed meanwhile, and a disk under load may think for long. */
  static final Duration LIMIT =
      Duration.ofMillis(Long.getLong("ramshot.progress.limit.ms", 60_000));

  /** How many of its writes a sink with a limited rate may have to wait for. */
  private static final int WRITES = 8;

  private final Duration limit;
  private final RunningTime idle;
  private long mark = -1;

  /**
   * @param bytesPerSecond the most that is written, 0 for no limit
   */
  Progress(long bytesPerSecond) {
    this(bytesPerSecond, System::nanoTime);
  }

  /**
   * @param clock in ns, from anywhere
   */
  Progress(long bytesPerSecond, LongSupplier clock) {
    long writesNanos =
        bytesPerSecond == 0
            ? 0
            : (long) (WRITES * SnapshotOptions.CHUNK_BYTES * 1e9 / bytesPerSecond);
    limit = Duration.ofNanos(Math.max(LIMIT.toNanos(), writesNanos));
    idle = new RunningTime(clock);
  }

  /** How long a file may take nothing. */
  Duration limit() {
    return limit;
  }

  /** What to say once it has {@link #stopped}. */
  SnapshotException failure(Path target) {
    return new SnapshotException(
        target
            + " has taken nothing for "
            + limit().toSeconds()
            + " s: look after the disk, or choose another");
  }

  /**
   * Whether nothing has moved for too long; to be asked every {@link RunningTime#LOOK_MILLIS}.
   *
   * @param bytes what only ever grows while there is progress
   */
  boolean stopped(long bytes) {
    if (bytes != mark) {
      mark = bytes;
      idle.restart();
    }
    return idle.reached(limit);
  }
}
