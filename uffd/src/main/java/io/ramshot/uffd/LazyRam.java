package io.ramshot.uffd;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * RAM whose content is still in an image, and comes when it is touched: native threads serve it.
 *
 * <p>Files, blocks and where they stand are added first; then {@link #start}. {@link #close} only
 * before it, after it has failed, or when {@link #await} has said that all is done.
 */
public final class LazyRam implements AutoCloseable {
  private static final int ENOENT = 2;
  private static final int EIO = 5;
  private static final int EACCES = 13;
  private static final int EBUSY = 16;
  private static final int ENODATA = 61;
  private static final int ESTALE = 116;
  private static final int EOPNOTSUPP = 95;

  private static final int DONE = 3;

  private final List<Path> paths = new ArrayList<>();
  private final List<String> names = new ArrayList<>();

  /** Where in their first pages blocks begin, in bytes. */
  private final List<Long> leads = new ArrayList<>();

  /** What native code reads, until the end. */
  private final List<ByteBuffer> tables = new ArrayList<>();

  private Pointer handle;
  private long[] lastFigures = new long[LazyFigure.values().length];
  private long[] lastStalls = new long[StallBuckets.COUNT + 1];
  private long[] lastTrace = {};

  private LazyRam(Pointer handle) {
    this.handle = handle;
  }

  public static LazyRam open(LazyOptions options) throws EngineException {
    Engine.load();
    PointerByReference out = new PointerByReference();
    require(Engine.rs_lazy_new(options.toNative(), out), "no memory to restore lazily");
    return new LazyRam(out.getValue());
  }

  private static int require(int result, String problem) throws EngineException {
    if (result < 0) {
      throw new EngineException(problem + " (" + Engine.rs_error_text(-result) + ")");
    }
    return result;
  }

  /**
   * Adds a file of the image.
   *
   * @param descriptor of the open file, by which native code opens it
   * @param path for messages
   * @return its index
   */
  public int addFile(Path descriptor, Path path) throws EngineException {
    int result = Engine.rs_lazy_add_file(handle, descriptor.toString(), path.toString());
    paths.add(path);
    if (result == -ENOENT || result == -EACCES) {
      throw new EngineException(
          path + " cannot be opened by native code (" + Engine.rs_error_text(-result) + ")");
    }
    return require(result, path + " cannot be opened");
  }

  /**
   * Adds a block that lies in its pages as it did when it was saved.
   *
   * @param crcs of the image's pages, direct
   * @param eager whether it will be filled, and never started
   * @return its index
   * @throws EngineException if it cannot be restored lazily; says why
   */
  public int addBlock(String name, long address, long length, ByteBuffer crcs, boolean eager)
      throws EngineException {
    int result =
        Engine.rs_lazy_add_block(
            handle, name, address, length, GuestMemory.addressOf(crcs), eager ? 1 : 0);
    switch (result) {
      case -EOPNOTSUPP -> throw new EngineException("its memory is shared, or a file's");
      case -ENODATA -> throw new EngineException("it has no whole page");
      default -> require(result, "it cannot be added");
    }
    names.add(name);
    leads.add(address % Engine.rs_page_bytes());
    tables.add(crcs);
    return result;
  }

  /**
   * Says where a block stands in one more file: in the image's own first, then in its ancestors'.
   *
   * @param offset of its first page, in bytes
   * @param kinds of its pages there, direct
   */
  public void addLevel(int block, int file, long offset, ByteBuffer kinds) throws EngineException {
    tables.add(kinds);
    require(
        Engine.rs_lazy_add_level(handle, block, file, offset, GuestMemory.addressOf(kinds)),
        "block " + names.get(block) + " cannot be added");
  }

  /**
   * Says what to bring first.
   *
   * @param places block &lt;&lt; 32 | image page
   */
  public void order(long[] places) throws EngineException {
    require(Engine.rs_lazy_order(handle, places, places.length), "the order makes no sense");
  }

  /**
   * Takes the blocks' memory away; from now on it comes back when it is touched, or before.
   *
   * @throws EngineException if it cannot; the blocks have any content then
   */
  public void start() throws EngineException {
    long[] failure = new long[1];
    int result = Engine.rs_lazy_start(handle, failure);
    if (result == 0) {
      return;
    }
    String reason = " (" + Engine.rs_error_text(-result) + ")";
    if (failure[0] < 0) {
      throw new EngineException(
          "userfaultfd cannot be used" + reason + ": " + Failure.openRemedy(-result));
    }
    throw new EngineException(
        "block "
            + names.get((int) failure[0])
            + " cannot have missing pages"
            + reason
            + (result == -EBUSY ? ": something else in this process uses userfaultfd on it" : ""));
  }

  /**
   * Instead of {@link #start}: fills all blocks, and returns when all is there.
   *
   * @throws EngineException if a page is damaged; the blocks have been changed in part then
   */
  public void fill() throws EngineException {
    long[] failure = new long[7];
    int result = Engine.rs_lazy_fill(handle, failure);
    if (result == -EIO) {
      throw new EngineException(
          String.format(
              "%s is damaged: page %d of block %s, at file offset %d, %s: copy it again, or use"
                  + " another image",
              paths.get((int) failure[2]),
              failure[1],
              names.get((int) failure[0]),
              failure[3],
              failure[4] != 0
                  ? "cannot be read (" + Engine.rs_error_text((int) failure[4]) + ")"
                  : String.format(
                      "has checksum 0x%08x instead of 0x%08x",
                      (int) failure[5], (int) failure[6])));
    }
    if (result == -ESTALE) {
      throw new EngineException(
          String.format(
              "page %d of block %s was written to while it was restored, so a thread of the guest"
                  + " ran: stop it by guest.vcpus(...), and restore once more; the image is whole",
              failure[1], names.get((int) failure[0])));
    }
    if (result < 0 && failure[1] >= 0) {
      long lead = leads.get((int) failure[0]);
      throw new EngineException(
          GuestMemory.refused(
              names.get((int) failure[0]), failure[1] * Engine.rs_page_bytes() - lead, -result));
    }
    require(result, "guest RAM cannot be cleared");
  }

  /**
   * Waits until all is there and no native thread does anything any more.
   *
   * @return whether it is
   */
  public boolean await(int millis) {
    return Engine.rs_lazy_wait(handle, millis) == DONE;
  }

  /** Waits until a block is there; it comes before all others. */
  public void finish(int block) {
    Pointer running;
    synchronized (this) {
      running = handle;
      if (running == null) {
        return;
      }
      waiting++;
    }
    Engine.rs_lazy_finish_block(running, block);
    synchronized (this) {
      waiting--;
      notifyAll();
    }
  }

  /** Threads in {@link #finish}. */
  private int waiting;

  public synchronized long figure(LazyFigure figure) {
    return handle == null
        ? lastFigures[figure.ordinal()]
        : Engine.rs_lazy_figures(handle).getLong(figure.offset());
  }

  /** How long guest threads waited for missing pages. */
  public synchronized StallBuckets stalls() {
    long[] all = readStalls();
    return new StallBuckets(java.util.Arrays.copyOf(all, StallBuckets.COUNT));
  }

  /** The longest of these waits, in ns. */
  public synchronized long longestStallNanos() {
    return readStalls()[StallBuckets.COUNT];
  }

  private long[] readStalls() {
    if (handle == null) {
      return lastStalls;
    }
    long[] all = new long[StallBuckets.COUNT + 1];
    Engine.rs_lazy_stalls(handle, all);
    return all;
  }

  /** What was touched while it was missing, one place a chunk, first to last: as for an order. */
  public synchronized long[] trace() {
    if (handle == null) {
      return lastTrace.clone();
    }
    long[] trace = new long[(int) Engine.rs_lazy_trace(handle, new long[0], 0)];
    Engine.rs_lazy_trace(handle, trace, trace.length);
    return trace;
  }

  /** Figures can still be read afterwards. */
  @Override
  public synchronized void close() {
    if (handle == null) {
      return;
    }
    lastFigures = Engine.rs_lazy_figures(handle).getLongArray(0, lastFigures.length);
    lastStalls = readStalls();
    lastTrace = trace();
    Pointer last = handle;
    handle = null;
    try {
      while (waiting > 0) {
        wait();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return; /* whoever waits still uses it: rather lost than freed under him */
    }
    Engine.rs_lazy_close(last);
    Reference.reachabilityFence(tables);
    tables.clear();
  }
}
