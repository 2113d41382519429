package io.ramshot;

import static io.ramshot.limits.MemoryLimit.mib;

import io.ramshot.limits.MemoryLimit;
import io.ramshot.limits.MemoryLimit.Counted;
import java.util.List;
import java.util.Optional;

/**
 * How much memory one snapshot may use, by all limits that this process has. The pool is a quarter
 * of what is left, no more than the guest leaves when it has grown as far as it may, and no more
 * than it is good for.
 *
 * @param poolBytes size of the copy pool
 * @param besideBytes the most that ramshot uses beside it
 * @param limit what made the pool smaller than it would be good for; empty where nothing did
 * @param warning why a pool that somebody asked for may be too much; empty where it is not
 */
record MemoryPlan(long poolBytes, long besideBytes, Optional<MemoryLimit> limit, String warning) {
  private static final long CHUNK = SnapshotOptions.CHUNK_BYTES;

  /** Others use the machine as well. */
  private static final int SHARE = 4;

  /**
   * What the pool gets of a guest's own growth where there is no more: not all guests grow, and
   * with 2 MiB every one of them waits for the disk.
   */
  private static final long SMALL_POOL = 8 * CHUNK;

  /**
   * @param wantedBytes the largest pool that is of use
   * @param fixedBytes a pool that somebody asked for; 0 for none
   * @throws SnapshotException if there is not even room for the smallest pool
   */
  static MemoryPlan of(
      List<MemoryLimit> limits,
      OwnMemory own,
      GuestGrowth growth,
      long wantedBytes,
      long fixedBytes)
      throws SnapshotException {
    if (fixedBytes != 0) {
      long pool = chunks(fixedBytes);
      return new MemoryPlan(
          pool, own.populatedBytes(), Optional.empty(), warning(limits, own, growth, pool));
    }
    long pool = chunks(wantedBytes + CHUNK - 1);
    Optional<MemoryLimit> deciding = Optional.empty();
    for (MemoryLimit limit : limits) {
      long need = need(own, limit.counted());
      if (limit.mostBytes() < need + CHUNK) {
        throw refused(limit, need + CHUNK);
      }
      long most = most(limit.leftBytes() - need, growth.bytes(limit.counted()));
      if (most < pool) {
        pool = most;
        deciding = Optional.of(limit);
      }
    }
    return new MemoryPlan(pool, own.populatedBytes(), deciding, "");
  }

  private static long need(OwnMemory own, Counted counted) {
    return counted == Counted.POPULATED ? own.populatedBytes() : own.mappedBytes();
  }

  /** The largest pool with which a limit is kept to. */
  private static long most(long left, long growth) {
    long withGrowth = Math.min(left / SHARE, left - growth);
    return chunks(Math.max(withGrowth, Math.min(left / SHARE, SMALL_POOL)));
  }

  /** Whole ones, at least one. */
  private static long chunks(long bytes) {
    return Math.max(1, bytes / CHUNK) * CHUNK;
  }

  private static SnapshotException refused(MemoryLimit limit, long needed) {
    return new SnapshotException(
        "the snapshot needs "
            + mib(needed)
            + " of memory, but "
            + limit
            + ": raise that limit, give the guest less, or set pool= to try all the same");
  }

  private static String warning(
      List<MemoryLimit> limits, OwnMemory own, GuestGrowth growth, long pool) {
    for (MemoryLimit limit : limits) {
      long beside = need(own, limit.counted()) + growth.bytes(limit.counted());
      if (pool > limit.mostBytes() - beside) {
        return "pool="
            + mib(pool)
            + " may be too much: "
            + limit
            + ", of which the guest may still take "
            + mib(growth.bytes(limit.counted()))
            + " and the rest of the snapshot "
            + mib(need(own, limit.counted()))
            + ". Beyond that limit the JVM may be killed: give a smaller pool=, or leave it out";
      }
    }
    return "";
  }
}
