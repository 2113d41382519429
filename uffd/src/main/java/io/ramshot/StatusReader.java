package io.ramshot;

import io.ramshot.image.Frozen;
import io.ramshot.limits.MemoryLimit;
import io.ramshot.uffd.Capture;
import io.ramshot.uffd.Figure;
import io.ramshot.uffd.StallBuckets;
import java.util.List;

/** Puts a status together from the engine's figures and the freeze's. */
final class StatusReader {
  private static final Stalls NO_STALLS = new Stalls(0, 0, 0, 0, 0);
  private static final Pause NO_PAUSE = new Pause(0, 0, 0, 0, 0, 0, 0);

  private StatusReader() {}

  /**
   * @param memory null before it is known
   * @param capture null before the engine is ready
   * @param tracked null where nothing is, or not yet
   * @param freeze null before the freeze
   */
  static SnapshotStatus read(
      SnapshotState state,
      long totalBytes,
      MemoryPlan memory,
      Capture capture,
      TrackedRam tracked,
      Freeze freeze) {
    String limit = memory == null ? "" : memory.limit().map(MemoryLimit::name).orElse("");
    List<String> warnings = memory == null ? List.of() : memory.warnings();
    Frozen frozen = freeze == null ? null : freeze.frozen();
    if (capture == null) {
      return new SnapshotStatus(
          state,
          totalBytes,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          NO_STALLS,
          NO_PAUSE,
          0,
          0,
          0,
          0,
          false,
          0,
          memory == null ? 0 : memory.besideBytes() + memory.poolBytes(),
          limit,
          frozen,
          warnings);
    }
    long start = capture.figure(Figure.SAVING_START_NS);
    long end = capture.figure(Figure.SAVING_END_NS);
    long nanos = start == 0 ? 0 : Math.max(0, (end == 0 ? System.nanoTime() : end) - start);
    long written = capture.figure(Figure.BYTES_WRITTEN);
    long done = capture.figure(Figure.BYTES_DONE);
    if (tracked != null) {
      written += tracked.writtenBytes();
      done += tracked.doneBytes();
    }
    return new SnapshotStatus(
        state,
        totalBytes,
        /* Room that pieces on the heap left unused is done with, too. */
        Math.min(totalBytes, done),
        written,
        capture.figure(Figure.CHUNKS),
        capture.figure(Figure.CHUNKS_SAVED),
        capture.figure(Figure.CHUNKS_COPIED),
        capture.figure(Figure.CHUNKS_AHEAD),
        capture.figure(Figure.CHUNKS_EMPTY),
        capture.figure(Figure.PAGES_ZERO),
        capture.figure(Figure.PAGES_UNPOPULATED),
        capture.figure(Figure.PAGES_INHERITED),
        capture.figure(Figure.PAGES_INHERITED) * capture.pageBytes(),
        capture.figure(Figure.REQUESTS),
        capture.figure(Figure.REQUESTS_WAITED),
        stalls(capture.stalls(), capture.figure(Figure.STALL_MAX_NS)),
        freeze == null || freeze.totalNanos() == 0 ? NO_PAUSE : pause(capture, freeze),
        capture.figure(Figure.POOL_BYTES),
        capture.figure(Figure.POOL_PEAK_BYTES),
        nanos,
        nanos == 0 ? 0 : (long) (written * 1e9 / nanos),
        capture.figure(Figure.DIRECT_IO) != 0,
        capture.figure(Figure.CHUNKS_HUGE),
        memory.besideBytes() + capture.figure(Figure.POOL_BYTES),
        limit,
        frozen,
        warnings);
  }

  /**
   * @param max the longest, in ns
   */
  static Stalls stalls(StallBuckets buckets, long max) {
    if (buckets.total() == 0) {
      return NO_STALLS;
    }
    return new Stalls(
        buckets.total(),
        Math.min(max, buckets.percentile(0.5)),
        Math.min(max, buckets.percentile(0.99)),
        Math.min(max, buckets.percentile(0.999)),
        max);
  }

  private static Pause pause(Capture capture, Freeze freeze) {
    return new Pause(
        freeze.gateNanos(),
        freeze.stateNanos(),
        freeze.copyNanos(),
        capture.figure(Figure.EDGES_NS),
        capture.figure(Figure.SCAN_NS),
        capture.figure(Figure.ARM_NS),
        freeze.totalNanos());
  }
}
