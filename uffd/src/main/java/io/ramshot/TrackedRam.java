package io.ramshot;

import io.ramshot.text.Cause;
import io.ramshot.uffd.EngineException;
import io.ramshot.uffd.Range;
import io.ramshot.uffd.TrackFigure;
import io.ramshot.uffd.Tracking;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The blocks of one snapshot that are tracked. Whatever writes to the file runs on a thread of its
 * own, which a dead disk may keep.
 */
final class TrackedRam implements AutoCloseable {
  /** Bounds the pause that copying adds: 64 MiB take some 15 ms. */
  static final long STAGING_BYTES = Long.getLong("ramshot.track.staging.bytes", 64L << 20);

  private static final long SETTLED_NANOS = 2_000_000;

  private final Tracking tracking;
  private final List<Range> ranges;
  private final Path target;
  private final SnapshotOptions options;
  private volatile boolean frozen;
  private volatile boolean finished;

  private TrackedRam(Tracking tracking, List<Range> ranges, Path target, SnapshotOptions options) {
    this.tracking = tracking;
    this.ranges = ranges;
    this.target = target;
    this.options = options;
  }

  /**
   * @param descriptor of the file that the engine writes to
   * @param cacheBytes the most of the page cache that is written to, 0 for no limit
   */
  static TrackedRam open(
      List<Range> ranges, Path descriptor, Path target, SnapshotOptions options, long cacheBytes)
      throws EngineException {
    Tracking tracking =
        Tracking.open(
            STAGING_BYTES,
            SETTLED_NANOS,
            options.bytesPerSecond(),
            options.directIo(),
            cacheBytes,
            ranges,
            descriptor,
            target);
    try {
      return new TrackedRam(tracking, ranges, target, options);
    } catch (Throwable e) {
      tracking.close();
      throw e;
    }
  }

  /** While the guest runs: all but what it writes last. */
  void copy(Check check) throws SnapshotException, EngineException, InterruptedException {
    run(tracking::copy, check);
  }

  /** In the freeze: the rest, to memory. */
  void freeze() throws SnapshotException {
    try {
      tracking.freeze();
    } catch (EngineException e) {
      throw new SnapshotException(e.getMessage(), e);
    }
    frozen = true;
  }

  /** After it: the rest, to the file. */
  void finish(Check check) throws SnapshotException, EngineException, InterruptedException {
    run(tracking::finish, check);
    finished = true;
  }

  /** Asked again and again, so that a snapshot can be ended. */
  @FunctionalInterface
  interface Check {
    void run() throws SnapshotException;
  }

  private interface Part {
    void run() throws EngineException;
  }

  private void run(Part part, Check check)
      throws SnapshotException, EngineException, InterruptedException {
    Throwable[] failure = new Throwable[1]; /* read once the thread has ended, as the next */
    boolean[] done = new boolean[1];
    Thread thread =
        new Thread(
            () -> {
              try {
                part.run();
                done[0] = true;
              } catch (EngineException | RuntimeException | Error e) {
                failure[0] = e;
              }
            },
            "ramshot-track");
    thread.setDaemon(true);
    thread.start();
    Progress progress = new Progress(options.bytesPerSecond());
    do {
      thread.join(RunningTime.LOOK_MILLIS);
      check.run();
      if (thread.isAlive() && progress.stopped(tracking.figure(TrackFigure.BYTES_MOVED))) {
        throw progress.failure(target);
      }
    } while (thread.isAlive());
    if (failure[0] instanceof EngineException e) {
      throw e;
    }
    if (!done[0]) {
      throw new IllegalStateException(
          "copying has ended early"
              + (failure[0] == null ? "" : " (" + Cause.text(failure[0]) + ")"),
          failure[0]);
    }
  }

  /** From any thread. */
  void stop() {
    tracking.stop();
  }

  /** Whether memory may be unmapped without harm to the image. */
  boolean isFrozen() {
    return frozen;
  }

  /** Of these blocks, how much needs no more work, in bytes. */
  long doneBytes() {
    return finished ? ranges.stream().mapToLong(Range::length).sum() : 0;
  }

  long writtenBytes() {
    return tracking.figure(TrackFigure.BYTES_FILE);
  }

  ByteBuffer kinds(int range) {
    return tracking.kinds(range);
  }

  ByteBuffer crcs(int range) {
    return tracking.crcs(range);
  }

  /** For the image. */
  Map<String, String> info() {
    Map<String, String> info = new LinkedHashMap<>();
    put(info, "track.rounds", TrackFigure.ROUNDS);
    put(info, "track.pages", TrackFigure.PAGES);
    put(info, "track.pages.copied", TrackFigure.PAGES_COPIED);
    put(info, "track.pages.frozen", TrackFigure.PAGES_FROZEN);
    put(info, "track.copy.ns", TrackFigure.COPY_NS);
    put(info, "track.freeze.ns", TrackFigure.FREEZE_NS);
    return info;
  }

  private void put(Map<String, String> info, String key, TrackFigure figure) {
    info.put(key, Long.toString(tracking.figure(figure)));
  }

  @Override
  public void close() {
    tracking.close();
  }
}
