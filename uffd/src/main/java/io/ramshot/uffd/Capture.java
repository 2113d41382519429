package io.ramshot.uffd;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * One capture of RAM by the native engine, from prepared threads to the last page in the file.
 *
 * <p>{@link #cancel}, {@link #mayFree}, {@link #figure}, {@link #phase} and {@link #stalls} may be
 * called by any thread, also after closing; the other methods belong to one controlling thread.
 */
public final class Capture implements AutoCloseable {
  private static final int LOOK_MILLIS = 20;

  /** Longer than an end ever takes: looks are counted, so that a stopped process has it, too. */
  private static final int END_LOOKS = 500;

  private static final int HASH_LENGTH = 16;

  private final List<Range> ranges;
  private final Path file;

  private final Pointer handle;
  private final Pointer figures;

  /**
   * For all but the controlling thread, which only touches it before it closes it. No lock: whoever
   * asks must not wait for somebody who is stuck.
   */
  private final Uses uses;

  /** What it said when it was closed. */
  private volatile long[] lastFigures;

  private volatile long[] lastStalls;

  private Capture(Pointer handle, List<Range> ranges, Path file) {
    this.handle = handle;
    this.figures = Engine.rs_snapshot_figures(handle);
    this.ranges = ranges;
    this.file = file;
    this.uses = new Uses(() -> Engine.rs_snapshot_close(handle));
  }

  /**
   * Makes everything ready while the guest runs: opens the file, registers the blocks with
   * userfaultfd, starts both threads.
   *
   * @param descriptor of the empty file, by which native code opens it
   * @param file for messages
   * @throws EngineException if something is missing; nothing is left behind then
   */
  public static Capture prepare(
      CaptureOptions options, List<Range> ranges, Path descriptor, Path file)
      throws EngineException {
    return prepare(options, ranges, descriptor, file, new GiveUp());
  }

  /**
   * The same, which fails soon once it is told to give up.
   *
   * @param giveUp kept by the caller until this has returned
   */
  public static Capture prepare(
      CaptureOptions options, List<Range> ranges, Path descriptor, Path file, GiveUp giveUp)
      throws EngineException {
    Engine.load();
    if (ranges.stream().anyMatch(Range::onHeap)) {
      HeapArrays.load();
    }
    if (options.hashKey() == null) {
      return prepare(options.toNative(0, giveUp.address()), ranges, descriptor, file);
    }
    try (Memory key = new Memory(options.hashKey().length)) {
      key.write(0, options.hashKey(), 0, options.hashKey().length);
      return prepare(
          options.toNative(Pointer.nativeValue(key), giveUp.address()), ranges, descriptor, file);
    }
  }

  private static Capture prepare(long[] options, List<Range> ranges, Path descriptor, Path file)
      throws EngineException {
    PointerByReference out = new PointerByReference();
    long[] failure = new long[2];
    List<Range> kept = List.copyOf(ranges);
    int result =
        Engine.rs_snapshot_prepare(
            options,
            ranges.size(),
            ranges.stream().mapToLong(Range::address).toArray(),
            ranges.stream().mapToLong(Range::length).toArray(),
            ranges.stream().mapToLong(Range::fileOffset).toArray(),
            ranges.stream().mapToLong(range -> range.fragile() ? 1 : 0).toArray(),
            descriptor.toString(),
            out,
            failure);
    if (result != 0) {
      throw new EngineException(
          Failure.describe(Step.of(failure[0]), -result, failure[1], ranges, file));
    }
    try {
      return new Capture(out.getValue(), kept, file);
    } catch (Throwable e) {
      Engine.rs_snapshot_close(out.getValue()); /* or its threads and RAM would stay */
      throw e;
    }
  }

  /**
   * Moves well-populated chunks onto huge pages while the guest runs. Best effort: where the kernel
   * cannot, arming takes longer.
   *
   * @param arrays as for {@link #arm}, as they are just now
   */
  public void collapse(List<Object> arrays) {
    Engine.rs_snapshot_collapse(handle, onHeap() ? HeapArrays.addresses(arrays) : null);
  }

  /**
   * Before the freeze, with hashes: a block has a parent.
   *
   * @param lead where in its first page the parent's block began, in bytes; a block that turns out
   *     to begin elsewhere inherits nothing
   * @param pages of the parent's block, no more than the range has
   * @return where the hashes of these pages go, 16 bytes each, made with the same key; all zero for
   *     a page that is not to be inherited, as they are at first
   */
  public ByteBuffer inherit(int range, long lead, int pages) throws EngineException {
    PointerByReference parents = new PointerByReference();
    int result = Engine.rs_snapshot_inherit(handle, range, lead, parents);
    if (result != 0) {
      throw new EngineException(Failure.describe(Step.MEMORY, -result, range, ranges, file));
    }
    return parents.getValue().getByteBuffer(0, (long) pages * HASH_LENGTH);
  }

  /** In the freeze, before arming: a block has turned out to be another than the parent's. */
  public void disinherit(int range) {
    Engine.rs_snapshot_disinherit(handle, range);
  }

  /**
   * The freeze: copies edges, finds the populated pages, protects them. The vCPUs must be parked.
   *
   * <p>An array is captured where it lies just now. The collector may move it from then on: the
   * image is what stood at that address at the freeze.
   *
   * @param arrays one entry a range: the primitive array of a range on the heap, null for others
   * @throws EngineException if it failed or was cancelled; nothing is protected then
   */
  public void arm(List<Object> arrays) throws EngineException {
    int result;
    if (onHeap()) {
      requireLengths(arrays);
      result = HeapArrays.arm(Pointer.nativeValue(handle), arrays);
    } else {
      result = Engine.rs_snapshot_arm(handle, null);
    }
    if (result != 0) {
      awaitEnd(); /* whoever ends it may not have written down why yet */
      throw new EngineException(failure());
    }
  }

  private void awaitEnd() {
    for (int i = 0; i < END_LOOKS && !await(LOOK_MILLIS).ended(); i++) {
      continue;
    }
  }

  private boolean onHeap() {
    return ranges.stream().anyMatch(Range::onHeap);
  }

  /** What the engine protects is as long as it was told; more would be somebody else's. */
  private void requireLengths(List<Object> arrays) throws EngineException {
    for (int i = 0; i < ranges.size(); i++) {
      Range range = ranges.get(i);
      Object array = arrays.get(i);
      if (range.onHeap() && (array == null || HeapArrays.bytes(array) != range.length())) {
        cancel();
        throw new EngineException(
            "block "
                + range.name()
                + " is not an array of "
                + range.length()
                + " bytes any more: start the snapshot once more");
      }
    }
  }

  /** Waits for the end. */
  public Phase await(int timeoutMillis) {
    return Phase.of(Engine.rs_snapshot_wait(handle, timeoutMillis));
  }

  /**
   * After {@link Phase#DONE}: fails if memory of a block was taken away in mid-snapshot before it
   * had been saved. Must be asked before the image is trusted.
   *
   * @throws EngineException if the image is not what stood in RAM at the freeze
   */
  public void requireWhole() throws EngineException {
    Engine.rs_snapshot_settle(handle);
    long lost = figure(Figure.LOST);
    if (lost != 0) {
      throw new EngineException(Failure.describe(Step.LOST, 0, lost - 1, ranges, file));
    }
  }

  /** The size of a page, in bytes. */
  public int pageBytes() {
    return Engine.rs_page_bytes();
  }

  /** Where a block was at the freeze. Valid after {@link #arm}, until {@link #close}. */
  public long address(int range) {
    return Engine.rs_snapshot_address(handle, range);
  }

  /** Ends it: when this returns nothing is protected. Harmless once it has ended. */
  public void cancel() {
    if (uses.enter()) {
      try {
        Engine.rs_snapshot_cancel(handle);
      } finally {
        uses.leave();
      }
    }
  }

  /** Whether this block's memory may be unmapped: no native thread will touch it again. */
  public boolean mayFree(int range) {
    if (!uses.enter()) {
      return true;
    }
    try {
      return Engine.rs_snapshot_may_free(handle, range) != 0;
    } finally {
      uses.leave();
    }
  }

  public long figure(Figure figure) {
    if (!uses.enter()) {
      return lastFigures[figure.ordinal()];
    }
    try {
      return figures.getLong(figure.offset());
    } finally {
      uses.leave();
    }
  }

  public Phase phase() {
    return Phase.of(figure(Figure.PHASE));
  }

  public StallBuckets stalls() {
    if (!uses.enter()) {
      return new StallBuckets(lastStalls.clone());
    }
    try {
      return new StallBuckets(readStalls());
    } finally {
      uses.leave();
    }
  }

  private long[] readStalls() {
    return figures.getLongArray(8L * Figure.values().length, StallBuckets.COUNT);
  }

  /** Why it failed, with what to do about it. */
  public String failure() {
    if (phase() == Phase.CANCELLED) {
      return "cancelled";
    }
    return Failure.describe(
        Step.of(figure(Figure.FAILED_STEP)),
        (int) figure(Figure.FAILED_ERROR),
        figure(Figure.FAILED_BLOCK),
        figure(Figure.FAILED_OFFSET),
        ranges,
        file);
  }

  /**
   * The kind of each page that a block had at the freeze, one byte a page. Valid until {@link
   * #close}.
   */
  public ByteBuffer kinds(int range) {
    return Engine.rs_snapshot_kinds(handle, range)
        .getByteBuffer(0, Engine.rs_snapshot_pages(handle, range));
  }

  /** The CRC-32C of each of these pages, in native order. Valid until {@link #close}. */
  public ByteBuffer crcs(int range) {
    return Engine.rs_snapshot_crcs(handle, range)
        .getByteBuffer(0, 4 * Engine.rs_snapshot_pages(handle, range));
  }

  /**
   * Who saved a range's memory, and when. Valid after {@link Phase#DONE}, until {@link #close}.
   *
   * @param slices how many, from the range's first page on
   */
  public SaveLog history(int range, int slices) {
    SaveLog log = new SaveLog(new byte[slices], new int[slices]);
    Engine.rs_snapshot_history(handle, range, slices, log.savers(), log.micros());
    return log;
  }

  /** The hash of each of these pages, 16 bytes, if hashes are made. Valid until {@link #close}. */
  public ByteBuffer hashes(int range) {
    return Engine.rs_snapshot_hashes(handle, range)
        .getByteBuffer(0, HASH_LENGTH * Engine.rs_snapshot_pages(handle, range));
  }

  /**
   * Cancels it if it has not ended, and lets go of its memory: by the controlling thread, or once
   * that will not touch it any more. Harmless again.
   */
  @Override
  public void close() {
    if (!uses.enter()) {
      return;
    }
    try {
      Engine.rs_snapshot_cancel(handle);
      Engine.rs_snapshot_settle(handle);
      lastFigures = figures.getLongArray(0, Figure.values().length);
      lastStalls = readStalls();
      uses.close();
    } finally {
      uses.leave();
    }
  }
}
