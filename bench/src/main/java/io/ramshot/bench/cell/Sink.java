package io.ramshot.bench.cell;

import java.util.Locale;

/** Where the images go. */
public enum Sink {
  /** The folder of the bench's files, with O_DIRECT. */
  DISK,
  /** /dev/shm, which knows no O_DIRECT. */
  TMPFS,
  /** The disk at 50 MB/s. */
  THROTTLED;

  /** The rate of {@link #THROTTLED}, in bytes a second. */
  public static final long THROTTLED_BYTES_PER_SECOND = 50_000_000;

  /** The most that may be written, in bytes a second; 0 for no limit. */
  public long bytesPerSecond() {
    return this == THROTTLED ? THROTTLED_BYTES_PER_SECOND : 0;
  }

  /** The name in tables and files. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }
}
