package io.ramshot.bench.report;

import io.ramshot.bench.figures.Figure;
import io.ramshot.bench.figures.Results;

/** The last line of a quick run, for programs: medians as {@code name=value}, blanks between. */
public final class QuickLine {

  /** The cells of a quick run. */
  public static final String SEQUENTIAL = "sequential";

  public static final String RANDOM = "random";

  private final Pairs pairs;

  private QuickLine(Results results) {
    pairs = new Pairs(results);
  }

  public static String of(Results results) {
    return new QuickLine(results).build();
  }

  private String build() {
    pairs.add("pause_us", SEQUENTIAL, "ramshot", Figure.PAUSE_US);
    pairs.add("fork_pause_us", SEQUENTIAL, "fork", Figure.PAUSE_US);
    pairs.add("lost_ms_per_gib", SEQUENTIAL, "ramshot", Figure.LOST_MS_PER_GIB);
    pairs.add("fork_lost_ms_per_gib", SEQUENTIAL, "fork", Figure.LOST_MS_PER_GIB);
    pairs.add("guest_share", SEQUENTIAL, "ramshot", Figure.GUEST_SHARE);
    pairs.add("fork_guest_share", SEQUENTIAL, "fork", Figure.GUEST_SHARE);
    pairs.add("guest_share_random", RANDOM, "ramshot", Figure.GUEST_SHARE);
    pairs.add("mb_s", SEQUENTIAL, "ramshot", Figure.MB_S);
    pairs.add("disk_mb_s", SEQUENTIAL, "disk", Figure.MB_S);
    pairs.add("stall_p50_us", SEQUENTIAL, "ramshot", Figure.STALL_P50_US);
    pairs.add("stall_p99_us", SEQUENTIAL, "ramshot", Figure.STALL_P99_US);
    pairs.add("stall_max_us", SEQUENTIAL, "ramshot", Figure.STALL_MAX_US);
    pairs.add("extra_mem_mb", SEQUENTIAL, "ramshot", Figure.EXTRA_MEM_MB);
    pairs.add("gate_us", SEQUENTIAL, "ramshot", Figure.GATE_US);
    pairs.add("arm_us", SEQUENTIAL, "ramshot", Figure.ARM_US);
    pairs.add("prepare_ms", SEQUENTIAL, "ramshot", Figure.PREPARE_MS);
    pairs.add("lost_all_ms_per_gib", SEQUENTIAL, "ramshot", Figure.LOST_ALL_MS_PER_GIB);
    pairs.add("duration_ms", SEQUENTIAL, "ramshot", Figure.DURATION_MS);
    pairs.add("fork_duration_ms", SEQUENTIAL, "fork", Figure.DURATION_MS);
    pairs.add("write_mb_s", SEQUENTIAL, "ramshot", Figure.WRITE_MB_S);
    pairs.add("fork_mb_s", SEQUENTIAL, "fork", Figure.MB_S);
    pairs.add("fork_extra_mem_mb", SEQUENTIAL, "fork", Figure.EXTRA_MEM_MB);
    pairs.add("pool_mb", SEQUENTIAL, "ramshot", Figure.POOL_MB);
    pairs.add("cpu_own_s", SEQUENTIAL, "ramshot", Figure.CPU_OWN_S);
    pairs.add("after_share", SEQUENTIAL, "ramshot", Figure.AFTER_SHARE);
    pairs.add("gap_before_max_us", SEQUENTIAL, "ramshot", Figure.GAP_BEFORE_MAX_US);
    pairs.add("gap_prepare_max_us", SEQUENTIAL, "ramshot", Figure.GAP_PREPARE_MAX_US);
    pairs.add("gap_max_us", SEQUENTIAL, "ramshot", Figure.GAP_MAX_US);
    pairs.add("others_cpu", SEQUENTIAL, "ramshot", Figure.OTHERS_CPU);
    pairs.add("stop_pause_us", SEQUENTIAL, "stop-and-copy", Figure.PAUSE_US);
    pairs.add("memcpy_mb_s", SEQUENTIAL, "memcpy", Figure.MB_S);
    pairs.add("pause_random_us", RANDOM, "ramshot", Figure.PAUSE_US);
    pairs.add("fork_pause_random_us", RANDOM, "fork", Figure.PAUSE_US);
    pairs.add("lost_random_ms_per_gib", RANDOM, "ramshot", Figure.LOST_MS_PER_GIB);
    pairs.add("fork_lost_random_ms_per_gib", RANDOM, "fork", Figure.LOST_MS_PER_GIB);
    pairs.add("fork_guest_share_random", RANDOM, "fork", Figure.GUEST_SHARE);
    pairs.add("mb_s_random", RANDOM, "ramshot", Figure.MB_S);
    pairs.add("stop_lost_ms_per_gib", SEQUENTIAL, "stop-and-copy", Figure.LOST_MS_PER_GIB);
    pairs.add("stall_p50_random_us", RANDOM, "ramshot", Figure.STALL_P50_US);
    pairs.add("stall_p99_random_us", RANDOM, "ramshot", Figure.STALL_P99_US);
    pairs.add("stall_max_random_us", RANDOM, "ramshot", Figure.STALL_MAX_US);
    return pairs.toString();
  }
}
