package io.ramshot;

import io.ramshot.image.BlockKind;
import io.ramshot.image.Shape;
import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import java.util.stream.Stream;

/** Guest RAM on the Java heap as a list of primitive arrays: one, or the pieces that are there. */
final class HeapRam {
  private final Object value;
  private final BlockKind kind;
  private final Object[] pieces;
  private final int elementBytes;
  private final long bytes;

  private HeapRam(Object value, BlockKind kind, Object[] pieces, int elementBytes) {
    this.value = value;
    this.kind = kind;
    this.pieces = pieces;
    this.elementBytes = elementBytes;
    this.bytes = Stream.of(pieces).filter(Objects::nonNull).mapToLong(PrimitiveArray::bytes).sum();
  }

  /**
   * @param name of the block, for messages
   * @param value see {@link RamSource#find}
   * @throws SnapshotException if it is nothing that can be captured, or has no bytes
   */
  static HeapRam of(String name, Object value) throws SnapshotException {
    HeapRam ram = ofArray(name, value instanceof ByteBuffer buffer ? array(name, buffer) : value);
    if (ram.bytes == 0) {
      throw new SnapshotException(
          "block " + name + " has no RAM yet: wait until the guest has allocated it");
    }
    return ram;
  }

  private static Object array(String name, ByteBuffer buffer) throws SnapshotException {
    if (!buffer.hasArray()) {
      throw new SnapshotException(
          "block "
              + name
              + " is a "
              + (buffer.isDirect() ? "direct" : "read-only")
              + " buffer: name a field with an array, or with a heap buffer that can be written");
    }
    return buffer.array();
  }

  private static HeapRam ofArray(String name, Object value) throws SnapshotException {
    if (value != null) {
      Class<?> type = value.getClass();
      int element = PrimitiveArray.elementBytes(type);
      if (element != 0) {
        return new HeapRam(value, BlockKind.HEAP, new Object[] {value}, element);
      }
      int pieceElement = type.isArray() ? PrimitiveArray.elementBytes(type.getComponentType()) : 0;
      if (pieceElement != 0) {
        return new HeapRam(value, BlockKind.HEAP_PIECES, ((Object[]) value).clone(), pieceElement);
      }
      if (value instanceof ByteBuffer[] buffers) {
        return ofBuffers(name, buffers);
      }
    }
    throw new SnapshotException(
        "block "
            + name
            + " is "
            + (value == null ? "null" : "of type " + value.getClass().getTypeName())
            + ": guest RAM on the heap is a byte[], short[], char[], int[], long[], float[],"
            + " double[], an array of such, a heap ByteBuffer, or an array of heap ByteBuffers");
  }

  private static HeapRam ofBuffers(String name, ByteBuffer[] buffers) throws SnapshotException {
    Object[] pieces = new Object[buffers.length];
    for (int i = 0; i < pieces.length; i++) {
      ByteBuffer buffer = buffers[i];
      if (buffer != null) {
        byte[] piece = (byte[]) array(name, buffer);
        if (piece.length != buffer.capacity()) {
          throw new SnapshotException(
              String.format(
                  "block %s has a buffer of %d bytes in an array of %d: name each array once, not"
                      + " the slices of one",
                  name, buffer.capacity(), piece.length));
        }
        pieces[i] = piece;
      }
    }
    return new HeapRam(buffers, BlockKind.HEAP_PIECES, pieces, Byte.BYTES);
  }

  BlockKind kind() {
    return kind;
  }

  /** The array, or the array of arrays or of heap buffers. */
  Object value() {
    return value;
  }

  /** Primitive arrays; null for a piece that is not there. Not to be changed. */
  Object[] pieces() {
    return pieces;
  }

  /** Of one element, in bytes. */
  int elementBytes() {
    return elementBytes;
  }

  /** Of all pieces together. */
  long bytes() {
    return bytes;
  }

  /** What all pieces together can grow to, in bytes, if missing ones become as long as the rest. */
  long mostBytes() {
    long longest = 0;
    for (Object piece : pieces) {
      longest = Math.max(longest, piece == null ? 0 : PrimitiveArray.bytes(piece));
    }
    return longest * pieces.length;
  }

  Shape shape(int blockId) {
    long[] lengths = new long[pieces.length];
    for (int i = 0; i < lengths.length; i++) {
      lengths[i] = pieces[i] == null ? Shape.ABSENT : Array.getLength(pieces[i]);
    }
    return new Shape(blockId, elementBytes, lengths);
  }

  /**
   * Gives every piece the length that it had when it was saved; what is in it does not matter.
   *
   * @throws SnapshotException if these cannot be the same pieces
   */
  HeapRam reshape(String name, Shape shape) throws SnapshotException {
    long[] lengths = shape.lengths();
    if (shape.elementBytes() != elementBytes || lengths.length != pieces.length) {
      throw new SnapshotException(
          String.format(
              "block %s has %d pieces with elements of %d bytes in the image, and %d with %d bytes"
                  + " in this guest: start it with the RAM options of the machine that was saved",
              name, lengths.length, shape.elementBytes(), pieces.length, elementBytes));
    }
    if (value instanceof ByteBuffer[] buffers) {
      reshape(buffers, lengths);
      return ofBuffers(name, buffers);
    }
    Object[] outer = (Object[]) value;
    Class<?> element = value.getClass().getComponentType().getComponentType();
    for (int i = 0; i < lengths.length; i++) {
      if (lengths[i] == Shape.ABSENT) {
        outer[i] = null;
      } else if (outer[i] == null || Array.getLength(outer[i]) != lengths[i]) {
        outer[i] = Array.newInstance(element, (int) lengths[i]);
      }
    }
    return new HeapRam(value, kind, outer.clone(), elementBytes);
  }

  /** New buffers read numbers in the order in which those of this guest do. */
  private static void reshape(ByteBuffer[] buffers, long[] lengths) {
    ByteOrder order =
        Stream.of(buffers)
            .filter(Objects::nonNull)
            .findFirst()
            .map(ByteBuffer::order)
            .orElse(ByteOrder.BIG_ENDIAN);
    for (int i = 0; i < lengths.length; i++) {
      if (lengths[i] == Shape.ABSENT) {
        buffers[i] = null;
      } else if (buffers[i] == null || buffers[i].capacity() != lengths[i]) {
        buffers[i] = ByteBuffer.allocate((int) lengths[i]).order(order);
      }
    }
  }
}
