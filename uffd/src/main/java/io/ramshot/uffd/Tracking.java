package io.ramshot.uffd;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * Captures blocks that the engine cannot write-protect, such as a file mapped from ext4: copied
 * while the guest runs, and what it wrote meanwhile again, the last of it in the freeze.
 *
 * <p>{@link #copy}, {@link #freeze} and {@link #finish} come one after the other. No guest thread
 * ever waits for any of it. The other methods may be called by any thread.
 */
public final class Tracking implements AutoCloseable {
  private static final int EINVAL = 22;

  /** Smaller blocks the engine copies in the freeze, wherever they are mapped. */
  private static final long SMALL_BLOCK_BYTES = 1 << 20;

  private final List<Range> ranges;
  private final Path file;

  private final Pointer handle;

  /** No lock: a thread that the freeze has stopped, or that a dead disk keeps, may hold it. */
  private final Uses uses;

  /** What it said when it was closed. */
  private volatile long[] lastFigures;

  private volatile boolean stopped;

  private Tracking(Pointer handle, List<Range> ranges, Path file) {
    this.handle = handle;
    this.ranges = ranges;
    this.file = file;
    this.uses = new Uses(() -> Engine.rs_track_close(handle));
  }

  /**
   * Whether a block must be tracked, because the engine cannot write-protect it.
   *
   * @param name for messages
   * @param length in bytes
   * @throws EngineException if neither is possible
   */
  public static boolean isNeeded(String name, long address, long length) throws EngineException {
    Engine.load();
    if (length < SMALL_BLOCK_BYTES || Engine.rs_can_protect(address, length) != -EINVAL) {
      return false; /* whatever else is wrong, the engine has the words for it */
    }
    int result = Engine.rs_can_track(address, length);
    if (result != 0) {
      throw new EngineException(TrackFailure.refused(name, -result));
    }
    return true;
  }

  /**
   * Registers and protects the blocks.
   *
   * @param stagingBytes the most that is copied during the freeze
   * @param settledNanos copying goes on until what is left takes no longer than this
   * @param bytesPerSecond upper bound on the rate of writing, 0 for none
   * @param cacheBytes the most that writes without O_DIRECT take of the page cache, 0 for no limit
   * @param descriptor of the image's file, by which native code opens it
   * @param file for messages
   * @throws EngineException if something is missing; nothing is left behind then
   */
  public static Tracking open(
      long stagingBytes,
      long settledNanos,
      long bytesPerSecond,
      boolean directIo,
      long cacheBytes,
      List<Range> ranges,
      Path descriptor,
      Path file)
      throws EngineException {
    Engine.load();
    PointerByReference out = new PointerByReference();
    long[] failure = new long[2];
    List<Range> kept = List.copyOf(ranges);
    int result =
        Engine.rs_track_open(
            new long[] {stagingBytes, settledNanos, bytesPerSecond, directIo ? 1 : 0, cacheBytes},
            ranges.size(),
            ranges.stream().mapToLong(Range::address).toArray(),
            ranges.stream().mapToLong(Range::length).toArray(),
            ranges.stream().mapToLong(Range::fileOffset).toArray(),
            descriptor.toString(),
            out,
            failure);
    if (result != 0) {
      throw new EngineException(
          TrackFailure.describe(step(failure), -result, failure[1], ranges, file, new long[0]));
    }
    try {
      return new Tracking(out.getValue(), kept, file);
    } catch (Throwable e) {
      Engine.rs_track_close(out.getValue()); /* or RAM would stay registered */
      throw e;
    }
  }

  private static TrackFailure.Step step(long[] failure) {
    return TrackFailure.Step.values()[(int) failure[0]];
  }

  /**
   * Copies all, and what is written meanwhile, until little enough is left.
   *
   * @throws EngineException if that cannot be, or it was stopped
   */
  public void copy() throws EngineException {
    call(Engine::rs_track_copy);
  }

  /**
   * The freeze: finds and copies what was written last. Touches no file. The vCPUs must be parked.
   *
   * @throws EngineException if that is too much, or memory has changed in ways not to be seen
   */
  public void freeze() throws EngineException {
    call(Engine::rs_track_freeze);
  }

  private String describe(long[] failure, int error) {
    return TrackFailure.describe(step(failure), error, failure[1], ranges, file, readFigures());
  }

  /**
   * While the guest runs again: stops tracking, and writes what the freeze copied.
   *
   * @throws EngineException if it cannot be written, or it was stopped
   */
  public void finish() throws EngineException {
    call(Engine::rs_track_finish);
  }

  private interface Part {
    int run(Pointer track, long[] failure);
  }

  private void call(Part part) throws EngineException {
    if (stopped || !uses.enter()) {
      throw new EngineException("cancelled");
    }
    try {
      long[] failure = new long[2];
      int result = part.run(handle, failure);
      if (result != 0) {
        throw new EngineException(describe(failure, -result));
      }
    } finally {
      uses.leave();
    }
  }

  /** Ends tracking, has whatever is under way end soon, and lets nothing more begin. */
  public void stop() {
    stopped = true;
    if (uses.enter()) {
      try {
        Engine.rs_track_stop(handle);
      } finally {
        uses.leave();
      }
    }
  }

  public long figure(TrackFigure figure) {
    if (!uses.enter()) {
      return lastFigures[figure.ordinal()];
    }
    try {
      return Engine.rs_track_figures(handle).getLong(figure.offset());
    } finally {
      uses.leave();
    }
  }

  private long[] readFigures() {
    return Engine.rs_track_figures(handle).getLongArray(0, TrackFigure.values().length);
  }

  /** The kind of each page of a block, one byte a page. Valid until {@link #close}. */
  public ByteBuffer kinds(int range) {
    return Engine.rs_track_kinds(handle, range).getByteBuffer(0, ranges.get(range).pages());
  }

  /** The CRC-32C of each page of a block, in native order. Valid until {@link #close}. */
  public ByteBuffer crcs(int range) {
    return Engine.rs_track_crcs(handle, range).getByteBuffer(0, 4L * ranges.get(range).pages());
  }

  /**
   * Ends tracking, and lets go of its memory; where a part still hangs in a dead disk, as soon as
   * that returns. Harmless again.
   */
  @Override
  public void close() {
    if (!uses.enter()) {
      return;
    }
    try {
      stop();
      lastFigures = readFigures();
      uses.close();
    } finally {
      uses.leave();
    }
  }
}
