package io.ramshot;

import java.time.Duration;

/**
 * How a guest is restored.
 *
 * @param lazy whether the guest goes on at once, and RAM comes when it is touched, or later; what
 *     cannot be restored so is restored before. Default false
 * @param zeroDamaged whether a damaged page becomes zeros; otherwise it fails the restore, and if
 *     the guest runs already, ends the JVM with exit status 74. Default false
 * @param hugePages whether RAM is moved onto transparent huge pages after a lazy restore; default
 *     true
 * @param directIo whether O_DIRECT is tried before buffered reads; default true
 * @param bytesPerSecond upper bound on reading ahead after the guest has gone on, 0 for none;
 *     default 0
 * @param stallLimit how long a guest thread may wait for the disk before the JVM is ended; {@link
 *     #DEFAULT_STALL_LIMIT} unless given: longer than a snapshot's, which only gives itself up
 */
public record RestoreOptions(
    boolean lazy,
    boolean zeroDamaged,
    boolean hugePages,
    boolean directIo,
    long bytesPerSecond,
    Duration stallLimit) {

  /** See {@link #stallLimit}. */
  public static final Duration DEFAULT_STALL_LIMIT = Duration.ofSeconds(30);

  /** Everything is read before the guest goes on. */
  public static final RestoreOptions DEFAULTS =
      new RestoreOptions(false, false, true, true, 0, DEFAULT_STALL_LIMIT);

  public RestoreOptions {
    if (bytesPerSecond < 0) {
      throw new IllegalArgumentException(
          "rate of " + bytesPerSecond + " bytes/s is negative: give 0 for no limit");
    }
    if (stallLimit.isNegative() || stallLimit.isZero()) {
      throw new IllegalArgumentException("stall limit of " + stallLimit + " is not positive");
    }
    stallLimit = TimeLimit.of(stallLimit);
  }

  public RestoreOptions withLazy(boolean value) {
    return new RestoreOptions(value, zeroDamaged, hugePages, directIo, bytesPerSecond, stallLimit);
  }

  public RestoreOptions withZeroDamaged(boolean value) {
    return new RestoreOptions(lazy, value, hugePages, directIo, bytesPerSecond, stallLimit);
  }

  public RestoreOptions withHugePages(boolean value) {
    return new RestoreOptions(lazy, zeroDamaged, value, directIo, bytesPerSecond, stallLimit);
  }

  public RestoreOptions withDirectIo(boolean value) {
    return new RestoreOptions(lazy, zeroDamaged, hugePages, value, bytesPerSecond, stallLimit);
  }

  public RestoreOptions withStallLimit(Duration value) {
    return new RestoreOptions(lazy, zeroDamaged, hugePages, directIo, bytesPerSecond, value);
  }

  public RestoreOptions withBytesPerSecond(long value) {
    return new RestoreOptions(lazy, zeroDamaged, hugePages, directIo, value, stallLimit);
  }
}
