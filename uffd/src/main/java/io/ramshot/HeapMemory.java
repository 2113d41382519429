package io.ramshot;

import io.ramshot.image.Memory;
import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.TreeMap;

/**
 * RAM on the heap, to be filled from an image: pages come through a buffer off the heap, are
 * checked there, and go into the guest's own arrays.
 */
final class HeapMemory implements Memory {
  /** The longest slice that a loader asks for, in bytes. */
  private static final int BOUNCE_BYTES = 4 << 20;

  /** What is done with the elements that a range of the block covers. */
  private interface Action {
    void on(Object array, int from, int count, long offset);
  }

  /** By where they begin in the block. */
  private final TreeMap<Long, Object> pieces = new TreeMap<>();

  private final com.sun.jna.Memory bounce = new com.sun.jna.Memory(BOUNCE_BYTES);

  HeapMemory(HeapRam ram) {
    long offset = 0;
    for (Object piece : ram.pieces()) {
      if (piece != null && Array.getLength(piece) > 0) {
        pieces.put(offset, piece);
        offset += PrimitiveArray.bytes(piece);
      }
    }
  }

  @Override
  public ByteBuffer slice(long offset, int length) {
    return bounce.getByteBuffer(0, length);
  }

  @Override
  public void filled(long offset, ByteBuffer bytes) {
    each(
        offset,
        bytes.remaining(),
        (array, from, count, at) -> PrimitiveArray.write(array, from, count, bounce, at - offset));
  }

  @Override
  public void zero(long offset, long length) {
    each(
        offset,
        length,
        (array, from, count, at) -> PrimitiveArray.clear(array, from, from + count));
  }

  private void each(long offset, long length, Action action) {
    long end = offset + length;
    for (long at = offset; at < end; ) {
      Map.Entry<Long, Object> entry = pieces.floorEntry(at);
      Object piece = entry.getValue();
      long start = entry.getKey();
      int elementBytes = PrimitiveArray.elementBytes(piece.getClass());
      long to = Math.min(end, start + PrimitiveArray.bytes(piece));
      action.on(
          piece,
          Math.toIntExact((at - start) / elementBytes),
          Math.toIntExact((to - at) / elementBytes),
          at);
      at = to;
    }
  }
}
