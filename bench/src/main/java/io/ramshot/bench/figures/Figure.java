package io.ramshot.bench.figures;

import java.util.Locale;

/**
 * Everything the bench can measure of one contender in one round, with its unit, so that a table, a
 * file and a reader mean the same by a name.
 *
 * <p>MB are 10^6 bytes, GiB 2^30. Shares are fractions, 1 being the guest's speed right before.
 */
public enum Figure {
  PAUSE_US("us", "from the call that freezes the guest to the call that thaws it"),
  GATE_US("us", "of the pause: until every guest thread stood still"),
  STATE_US("us", "of the pause: saving what is not RAM"),
  COPY_US("us", "of the pause: copying RAM that cannot be write-protected"),
  EDGES_US("us", "of the pause: copying edge pages and small blocks"),
  SCAN_US("us", "of the pause: finding populated pages"),
  ARM_US("us", "of the pause: write-protecting; of fork: fork() itself"),
  GUEST_SHARE("share", "guest speed from the freeze to the durable file, share of before"),
  LOST_MS_PER_GIB("ms/GiB", "guest time lost: (1 - guest_share) x duration, per GiB saved"),
  LOST_ALL_MS_PER_GIB("ms/GiB", "the same from the request on, what is lost in preparing included"),
  DURATION_MS("ms", "from the freeze to the durable file"),
  PREPARE_MS("ms", "from the request to the freeze"),
  PREPARE_SHARE("share", "guest speed in that time, share of before"),
  BEFORE_MOPS("M/s", "guest speed before: million page accesses (or instructions) a second"),
  STALLS("count", "guest threads that waited for a page"),
  STALL_P50_US("us", "wait of a guest thread for one page, median"),
  STALL_P99_US("us", "the same, 99th percentile"),
  STALL_P999_US("us", "the same, 99.9th percentile"),
  STALL_MAX_US("us", "the same, longest"),
  GAP_BEFORE_P999_US("us", "between two looks at the clock in a guest thread before, 99.9 %"),
  GAP_BEFORE_MAX_US("us", "the same, longest: what the machine does without a snapshot"),
  GAP_PREPARE_MAX_US("us", "the same from the request to the freeze, longest"),
  GAP_P99_US("us", "the same from the freeze to the durable file, 99 %"),
  GAP_P999_US("us", "the same, 99.9 %"),
  GAP_MAX_US("us", "the same, longest; the pause is in it"),
  SAFEPOINTS("count", "safepoints of the guest's JVM during"),
  SAFEPOINT_P99_US("us", "time to reach a safepoint during, 99 %"),
  SAFEPOINT_MAX_US("us", "the same, longest"),
  MB_S(
      "MB/s",
      "data of the image over the time from the thaw (or start) to the durable file; of a restore,"
          + " RAM over all_ms"),
  WRITE_MB_S("MB/s", "the same without making it durable (fsync, index, rename)"),
  DISK_SHARE("share", "mb_s as a share of the disk's best in the same cell"),
  CPU_S("s", "CPU time of the process and its children, from the request to the end"),
  CPU_OWN_S("s", "of that, not spent by guest threads"),
  EXTRA_MEM_MB("MB", "memory taken at the peak, by the process and its child"),
  SYSTEM_MEM_MB("MB", "how far the machine's available memory fell, other programs included"),
  POOL_MB("MB", "the most that was in use of the copy pool"),
  POOL_FULL_MS("ms", "from the freeze until the pool was full"),
  SHARE_UNTIL_POOL_FULL("share", "guest speed until then, share of before"),
  OTHERS_CPU(
      "share", "of the machine's CPU time, used by other programs, from the request to the end"),
  AFTER_SHARE("share", "guest speed in the time after, share of before"),
  HUGE_BEFORE("share", "part of guest RAM on huge pages before"),
  HUGE_AFTER("share", "the same after"),
  FILE_MB("MB", "length of the file"),
  FILE_ALLOCATED_MB("MB", "what the file takes on disk"),
  COST_PERCENT("%", "guest speed lost to the agent while no snapshot runs"),
  FIRST_ACCESS_MS(
      "ms", "of a restore: from allocating RAM until the guest has touched a page of it"),
  FIRST_QUANTUM_MS("ms", "the same until the guest's first quantum has run: 16 scattered pages"),
  OPEN_MS("ms", "before that: opening the image and checking its metadata"),
  ALL_MS("ms", "of a restore: from allocating RAM until all of it is there"),
  TIDY_MS("ms", "from then until a lazy restore has moved RAM onto huge pages"),
  FAULT_MB("MB", "what came because the guest touched it, or what is beside it"),
  MEANWHILE_SHARE("share", "guest speed from its first access until then, share of afterwards"),
  LOST_MS("ms", "guest time lost from allocating RAM until all of it is there, and tidied up"),
  WAITS("count", "page accesses that took the guest longer than 2 us until all of RAM was there"),
  WAIT_P50_US("us", "how long these took, as the guest sees it, median"),
  WAIT_P99_US("us", "the same, 99th percentile"),
  WAIT_MAX_US("us", "the same, longest"),
  WAIT_AFTER_MAX_US(
      "us", "the longest page access once all was there: what the machine does itself"),
  AFTER_MOPS("M/s", "guest speed once all of RAM was there: million page accesses a second"),
  CACHED_SHARE("share", "part of the image in the page cache before"),
  TOTAL_MS("ms", "from the request to the durable file"),
  WRITE_MS("ms", "of that, from the thaw until all of RAM was saved"),
  BYTES_RATIO("share", "what an increment takes on disk, share of the full image of its round"),
  TIME_RATIO("share", "total_ms of an increment, share of the full image's of its round");

  private final String unit;
  private final String meaning;

  Figure(String unit, String meaning) {
    this.unit = unit;
    this.meaning = meaning;
  }

  /** The name in tables and files, like {@code pause_us}. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  public String unit() {
    return unit;
  }

  /** One line for people. */
  public String meaning() {
    return meaning;
  }

  /** The figure with this key, or null. */
  public static Figure of(String key) {
    for (Figure figure : values()) {
      if (figure.key().equals(key)) {
        return figure;
      }
    }
    return null;
  }
}
