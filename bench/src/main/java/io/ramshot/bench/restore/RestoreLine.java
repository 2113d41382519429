package io.ramshot.bench.restore;

import io.ramshot.bench.figures.Figure;
import io.ramshot.bench.figures.Results;
import io.ramshot.bench.report.Pairs;

/** The last line of {@code bench/run --quick restore}. */
final class RestoreLine {
  private static final String COLD = RestoreCatalogue.name(1, false);
  private static final String CACHED = RestoreCatalogue.name(1, true);
  private static final String BIG = RestoreCatalogue.name(12, false);

  private RestoreLine() {}

  static String of(Results results) {
    return new Pairs(results)
        .add("lazy_first_quantum_ms_1g", COLD, "lazy", Figure.FIRST_QUANTUM_MS)
        .add("lazy_first_quantum_ms_12g", BIG, "lazy", Figure.FIRST_QUANTUM_MS)
        .add("lazy_stall_p99_us", CACHED, "lazy", Figure.WAIT_P99_US)
        .add("eager_mb_s", COLD, "eager", Figure.MB_S)
        .add("disk_read_mb_s", COLD, "disk", Figure.MB_S)
        .add("lazy_first_quantum_ms_1g_classes", COLD, "lazy+classes", Figure.FIRST_QUANTUM_MS)
        .add("lazy_open_ms_12g", BIG, "lazy", Figure.OPEN_MS)
        .add("lazy_stall_p50_us", CACHED, "lazy", Figure.WAIT_P50_US)
        .add("lazy_stall_max_us", CACHED, "lazy", Figure.WAIT_MAX_US)
        .add("lazy_stall_p99_cold_us", COLD, "lazy", Figure.WAIT_P99_US)
        .add("lazy_all_ms_1g", COLD, "lazy", Figure.ALL_MS)
        .add("lazy_lost_ms_1g", COLD, "lazy", Figure.LOST_MS)
        .add("lazy_guest_share_1g", COLD, "lazy", Figure.MEANWHILE_SHARE)
        .add("eager_disk_share", COLD, "eager", Figure.DISK_SHARE)
        .add("eager_first_quantum_ms_1g", COLD, "eager", Figure.FIRST_QUANTUM_MS)
        .add("read_first_quantum_ms_1g", COLD, "read", Figure.FIRST_QUANTUM_MS)
        .add("read_mb_s", COLD, "read", Figure.MB_S)
        .add("read_direct_mb_s", COLD, "read-direct", Figure.MB_S)
        .add("mmap_first_quantum_ms_1g", COLD, "mmap", Figure.FIRST_QUANTUM_MS)
        .add("mmap_first_quantum_ms_12g", BIG, "mmap", Figure.FIRST_QUANTUM_MS)
        .add("mmap_stall_p99_us", CACHED, "mmap", Figure.WAIT_P99_US)
        .add("qemu_first_quantum_ms_1g", COLD, "qemu", Figure.FIRST_QUANTUM_MS)
        .add("qemu_mb_s", COLD, "qemu", Figure.MB_S)
        .add("others_cpu", COLD, "eager", Figure.OTHERS_CPU)
        .toString();
  }
}
