package io.ramshot;

import static io.ramshot.limits.MemoryLimit.mib;

import io.ramshot.limits.MemoryLimit;
import io.ramshot.limits.MemoryLimit.Counted;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How much memory one snapshot may use, by all limits that this process has. The pool is a quarter
 * of what is left beside ramshot's other memory, no more than is left once the guest has grown as
 * far as it may, and no more than it is good for.
 *
 * @param poolBytes size of the copy pool
 * @param besideBytes the most that ramshot uses beside it
 * @param cacheBytes the most of the page cache that the file may take where it is written with
 *     buffers; 0 where there is enough for all of it
 * @param fillsHugePages whether there is room for moving RAM onto huge pages, which fills those
 *     that have gaps
 * @param limit what made the pool smaller than it would be good for; empty where nothing did
 * @param warning why a pool that somebody asked for may be too much; empty where it is not
 * @param throttle what a limited rate costs the guest with this pool, or empty
 */
record MemoryPlan(
    long poolBytes,
    long besideBytes,
    long cacheBytes,
    boolean fillsHugePages,
    Optional<MemoryLimit> limit,
    String warning,
    String throttle) {
  private static final long CHUNK = SnapshotOptions.CHUNK_BYTES;

  /** Others use the machine as well. */
  private static final int SHARE = 4;

  /**
   * What the pool gets although the guest might want it: not all guests grow, and with 2 MiB every
   * one of them waits for the disk.
   */
  private static final long SMALL_POOL = 8 * CHUNK;

  /** The disk has enough to do with that. */
  private static final long SMALL_CACHE = 32L << 20;

  /** Of a chunk that is moved onto a huge page, at most this share was not populated. */
  private static final int GAPS_SHARE = 8;

  /**
   * @param wantedBytes the largest pool that is of use
   * @param fixedBytes a pool that somebody asked for; 0 for none
   * @throws SnapshotException if there is not even room for the smallest pool
   */
  static MemoryPlan of(
      List<MemoryLimit> limits,
      OwnMemory own,
      GuestFootprint guest,
      long wantedBytes,
      long fixedBytes)
      throws SnapshotException {
    if (fixedBytes != 0) {
      long pool = chunks(fixedBytes);
      String warning = warning(limits, own, guest, pool);
      return plan(pool, limits, own, guest, Optional.empty(), warning);
    }
    long pool = chunks(wantedBytes + CHUNK - 1);
    Optional<MemoryLimit> deciding = Optional.empty();
    for (MemoryLimit limit : limits) {
      long need = own.bytes(limit.counted());
      if (limit.mostBytes() < need + CHUNK) {
        throw refused(limit, need + CHUNK);
      }
      long most = most(limit.leftBytes() - need, guest.growth(limit.counted()));
      if (most < pool) {
        pool = most;
        deciding = Optional.of(limit);
      }
    }
    return plan(pool, limits, own, guest, deciding, "");
  }

  private static MemoryPlan plan(
      long pool,
      List<MemoryLimit> limits,
      OwnMemory own,
      GuestFootprint guest,
      Optional<MemoryLimit> deciding,
      String warning) {
    long rest = Long.MAX_VALUE;
    for (MemoryLimit limit : limits) {
      if (limit.counted() == Counted.POPULATED) {
        rest = Math.min(rest, limit.leftBytes() - own.populatedBytes() - pool);
      }
    }
    long gaps = Math.min(guest.untouchedRam(), guest.populatedRam() / (GAPS_SHARE - 1));
    return new MemoryPlan(
        pool,
        own.populatedBytes(),
        rest < guest.populatedRam() + guest.growth(Counted.POPULATED)
            ? Math.max(2 * CHUNK, Math.min(SMALL_CACHE, rest / 2))
            : 0,
        rest >= gaps,
        deciding,
        warning,
        "");
  }

  MemoryPlan withThrottle(String words) {
    return new MemoryPlan(
        poolBytes, besideBytes, cacheBytes, fillsHugePages, limit, warning, words);
  }

  /** What to tell a user of it, a sentence each. */
  List<String> warnings() {
    return Stream.of(warning, throttle).filter(words -> !words.isEmpty()).toList();
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
      List<MemoryLimit> limits, OwnMemory own, GuestFootprint guest, long pool) {
    for (MemoryLimit limit : limits) {
      long growth = guest.growth(limit.counted());
      long beside = own.bytes(limit.counted());
      if (pool > limit.mostBytes() - beside - growth) {
        return "pool="
            + (pool >> 20)
            + "m may be too much: "
            + limit
            + ", of which the guest may still want "
            + mib(growth)
            + " and the rest of the snapshot "
            + mib(beside)
            + "; beyond that limit the JVM may be killed: give a smaller pool=, or leave it out";
      }
    }
    return "";
  }
}
