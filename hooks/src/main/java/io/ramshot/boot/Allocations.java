package io.ramshot.boot;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Where native memory that may be guest RAM is allocated, mapped and freed. */
public final class Allocations {

  /** Told of allocations, by the thread that makes them. */
  public interface Sink {

    /**
     * @param address what the allocation returned
     * @param bytes at least {@link #minimum}
     */
    void allocated(long address, long bytes);

    /**
     * After {@link #allocated}, by the same thread, if something was made of the memory that the
     * host uses it through.
     *
     * @param memory a direct buffer or a {@code MemorySegment}
     */
    void wrapped(Object memory);

    /**
     * When a file has been mapped for writing.
     *
     * @param memory a mapped buffer or a {@code MemorySegment}
     */
    void mapped(Object memory);

    /** When a buffer over memory of somebody else's has been made, as native code does. */
    void viewed(ByteBuffer buffer);

    /**
     * Before tracked memory is freed, unmapped or moved; may wait until it is safe to do so.
     *
     * @return a token for {@link #reallocated}, not null
     */
    Object freeing(long address);

    /**
     * @param freed what {@link #freeing} returned for the old memory, or null if it was not tracked
     * @param address the new memory, or 0 if the reallocation failed and the old memory lives on
     * @param bytes length of the new memory
     */
    void reallocated(Object freed, long address, long bytes);
  }

  /** The smallest allocation the sink is told of, in bytes; the largest long for none. */
  public static volatile long minimum = Long.MAX_VALUE;

  private static volatile Sink sink;

  /** Start addresses in ascending order, or null for none. Never changed in place. */
  private static volatile long[] tracked;

  private Allocations() {}

  /**
   * @param newSink null for none
   */
  public static void sink(Sink newSink) {
    sink = newSink;
  }

  /**
   * Says which memory the sink wants to be told of when it is freed.
   *
   * @param addresses ascending; not to be changed afterwards
   */
  public static void track(long[] addresses) {
    tracked = addresses.length == 0 ? null : addresses;
  }

  /** Advice calls this for allocations of at least {@link #minimum} bytes. */
  public static void allocated(long address, long bytes) {
    Sink s = sink;
    if (s != null) {
      s.allocated(address, bytes);
    }
  }

  /** Advice calls this for direct buffers and segments of at least {@link #minimum} bytes. */
  public static void wrapped(Object memory) {
    Sink s = sink;
    if (s != null) {
      s.wrapped(memory);
    }
  }

  /** Advice calls this for mapped files of at least {@link #minimum} bytes. */
  public static void mapped(Object memory) {
    Sink s = sink;
    if (s != null) {
      s.mapped(memory);
    }
  }

  /** Advice calls this for buffers of at least {@link #minimum} bytes. */
  public static void viewed(ByteBuffer buffer) {
    Sink s = sink;
    if (s != null) {
      s.viewed(buffer);
    }
  }

  /**
   * Advice calls this before every free: neither locks nor allocates unless the memory is tracked.
   *
   * @return a token, or null if the memory is not tracked
   */
  public static Object freeing(long address) {
    long[] addresses = tracked;
    if (addresses == null || Arrays.binarySearch(addresses, address) < 0) {
      return null;
    }
    Sink s = sink;
    return s == null ? null : s.freeing(address);
  }

  /** Advice calls this when a reallocation of tracked or large memory is over. */
  public static void reallocated(Object freed, long address, long bytes) {
    Sink s = sink;
    if (s != null) {
      s.reallocated(freed, address, bytes);
    }
  }
}
