package io.ramshot;

import java.nio.file.Path;
import java.time.Duration;

/**
 * How a snapshot is taken.
 *
 * @param poolBytes size of the copy pool in bytes, rounded down to whole 2 MiB chunks, at least
 *     one; 0, the default, stands for a quarter of the memory that all limits of this process leave
 *     when the snapshot starts, less where the guest may still grow, no more than the guest's RAM,
 *     and no more than 3 s bring in. What it does not bound of a snapshot's memory is small.
 * @param hugePages whether RAM is moved onto transparent huge pages before the freeze, where it is
 *     well populated; default true. Huge pages decide the pause.
 * @param directIo whether O_DIRECT is tried before buffered writes; default true
 * @param bytesPerSecond upper bound on the rate of writing to the file, 0 for none; default 0
 * @param freezeTimeout how long vCPUs and participants may take before the snapshot is refused;
 *     {@link #DEFAULT_FREEZE_TIMEOUT} unless given
 * @param stallLimit how long one guest thread may wait for one page before the snapshot is given up
 *     so that the guest runs on; {@link #DEFAULT_STALL_LIMIT} unless given
 */
public record SnapshotOptions(
    long poolBytes,
    boolean hugePages,
    boolean directIo,
    long bytesPerSecond,
    Duration freezeTimeout,
    Duration stallLimit,
    boolean hashes,
    Path parent) {

  /** The unit of bulk work, in bytes. */
  public static final long CHUNK_BYTES = 2L << 20;

  /** See {@link #freezeTimeout}. */
  public static final Duration DEFAULT_FREEZE_TIMEOUT = Duration.ofSeconds(2);

  /** See {@link #stallLimit}. */
  public static final Duration DEFAULT_STALL_LIMIT = Duration.ofSeconds(5);

  public static final SnapshotOptions DEFAULTS =
      new SnapshotOptions(0, true, true, 0, DEFAULT_FREEZE_TIMEOUT, DEFAULT_STALL_LIMIT);

  /** With hashes, and no parent. */
  public SnapshotOptions(
      long poolBytes,
      boolean hugePages,
      boolean directIo,
      long bytesPerSecond,
      Duration freezeTimeout,
      Duration stallLimit) {
    this(poolBytes, hugePages, directIo, bytesPerSecond, freezeTimeout, stallLimit, true, null);
  }

  public SnapshotOptions {
    if (poolBytes != 0 && poolBytes < CHUNK_BYTES) {
      throw new IllegalArgumentException(
          "pool of "
              + poolBytes
              + " bytes is smaller than one chunk: give at least 2 MiB, or 0 for the default");
    }
    if (bytesPerSecond < 0) {
      throw new IllegalArgumentException(
          "rate of " + bytesPerSecond + " bytes/s is negative: give 0 for no limit");
    }
    requirePositive(freezeTimeout, "freeze timeout");
    requirePositive(stallLimit, "stall limit");
    freezeTimeout = TimeLimit.of(freezeTimeout);
    stallLimit = TimeLimit.of(stallLimit);
  }

  private static void requirePositive(Duration value, String name) {
    if (value.isNegative() || value.isZero()) {
      throw new IllegalArgumentException(name + " of " + value + " is not positive");
    }
  }

  public SnapshotOptions withPoolBytes(long value) {
    return new SnapshotOptions(
        value, hugePages, directIo, bytesPerSecond, freezeTimeout, stallLimit, hashes, parent);
  }

  public SnapshotOptions withHugePages(boolean value) {
    return new SnapshotOptions(
        poolBytes, value, directIo, bytesPerSecond, freezeTimeout, stallLimit, hashes, parent);
  }

  public SnapshotOptions withDirectIo(boolean value) {
    return new SnapshotOptions(
        poolBytes, hugePages, value, bytesPerSecond, freezeTimeout, stallLimit, hashes, parent);
  }

  public SnapshotOptions withBytesPerSecond(long value) {
    return new SnapshotOptions(
        poolBytes, hugePages, directIo, value, freezeTimeout, stallLimit, hashes, parent);
  }

  public SnapshotOptions withFreezeTimeout(Duration value) {
    return new SnapshotOptions(
        poolBytes, hugePages, directIo, bytesPerSecond, value, stallLimit, hashes, parent);
  }

  public SnapshotOptions withStallLimit(Duration value) {
    return new SnapshotOptions(
        poolBytes, hugePages, directIo, bytesPerSecond, freezeTimeout, value, hashes, parent);
  }

  public SnapshotOptions withHashes(boolean value) {
    return new SnapshotOptions(
        poolBytes, hugePages, directIo, bytesPerSecond, freezeTimeout, stallLimit, value, parent);
  }

  /** Makes an increment; null for an image that stands alone. */
  public SnapshotOptions withParent(Path value) {
    return new SnapshotOptions(
        poolBytes, hugePages, directIo, bytesPerSecond, freezeTimeout, stallLimit, hashes, value);
  }
}
