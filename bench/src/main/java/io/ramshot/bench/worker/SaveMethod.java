package io.ramshot.bench.worker;

import io.ramshot.bench.cell.Cell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The best sequential write that this disk takes: the number of writes in flight is tried out, so
 * that no contender is held back by it.
 */
final class SaveMethod {
  private static final int[] DEPTHS = {1, 2, 4};

  /** More says no more about a disk, in bytes. */
  private static final long ENOUGH = 4L << 30;

  private final long[] bestNanos = new long[DEPTHS.length];
  private int tried;

  /** What one write of all RAM came to, in ns and bytes; see rb_api.h. */
  record Written(long writeNanos, long syncNanos, long bytes, long allocatedBytes) {}

  private static final double NANOS_TO_MB = 1e3;

  /** MB/s of {@code bytes} in {@code nanos}. */
  static double rate(double bytes, double nanos) {
    return bytes * NANOS_TO_MB / nanos;
  }

  /** The best number of writes in flight so far. */
  int depth() {
    int best = DEPTHS.length - 1;
    for (int i = 0; i < tried; i++) {
      if (bestNanos[i] < bestNanos[best] || best >= tried) {
        best = i;
      }
    }
    return DEPTHS[best];
  }

  /** Writes all of the guest's RAM in the calling thread; the guest must be frozen. */
  static Written save(Cell cell, GuestRam ram, Path file, int depth) throws IOException {
    return save(cell, ram, ram.bytes(), file, depth);
  }

  private static Written save(Cell cell, GuestRam ram, long bytes, Path file, int depth)
      throws IOException {
    long[] out = new long[BenchLibrary.SAVE_FIGURES];
    BenchLibrary.check(
        "writing " + file,
        BenchLibrary.rb_save(
            file.toString(), ram.address(), ram.bytes(), depth, cell.sink().bytesPerSecond(), out));
    return new Written(
        out[BenchLibrary.WRITE_NANOS],
        out[BenchLibrary.SYNC_NANOS],
        out[BenchLibrary.BYTES],
        out[BenchLibrary.ALLOCATED]);
  }

  /**
   * Writes with every depth at the first call, and with the best afterwards.
   *
   * @return the best write of this call
   */
  Written best(Cell cell, GuestRam ram, Path file) throws IOException {
    if (tried == DEPTHS.length) {
      return once(cell, ram, file, depth());
    }
    Written best = null;
    for (int depth : DEPTHS) {
      Written written = once(cell, ram, file, depth);
      bestNanos[tried++] = written.writeNanos() + written.syncNanos();
      if (best == null
          || written.writeNanos() + written.syncNanos() < best.writeNanos() + best.syncNanos()) {
        best = written;
      }
    }
    return best;
  }

  private static Written once(Cell cell, GuestRam ram, Path file, int depth) throws IOException {
    try {
      return save(cell, ram, Math.min(ENOUGH, ram.bytes()), file, depth);
    } finally {
      Files.deleteIfExists(file);
    }
  }
}
