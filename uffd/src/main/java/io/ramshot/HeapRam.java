package io.ramshot;

import io.ramshot.image.BlockKind;
import io.ramshot.image.Shape;
import io.ramshot.table.RamTable;
import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.stream.Stream;

/** Guest RAM on the Java heap as a list of primitive arrays: one, or the pieces that are there. */
final class HeapRam {
  /** Room for what a table grows by while a snapshot is prepared, in bytes. */
  private static final long TABLE_SPARE_BYTES = 16 << 20;

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

  /** A part of a table, or all of it. */
  static HeapRam of(RamTable.Part part) {
    int element =
        Stream.of(part.arrays())
            .filter(Objects::nonNull)
            .mapToInt(array -> PrimitiveArray.elementBytes(array.getClass()))
            .findFirst()
            .orElse(Byte.BYTES);
    return new HeapRam(
        part.pieces() ? part.value() : part.arrays()[0],
        part.pieces() ? BlockKind.HEAP_PIECES : BlockKind.HEAP,
        part.arrays(),
        element);
  }

  /**
   * One array.
   *
   * @param name of the block, for messages
   * @param value see {@link RamSource#find}
   * @throws SnapshotException if it is nothing that can be captured, or has no bytes
   */
  static HeapRam of(String name, Object value) throws SnapshotException {
    Object array = value instanceof ByteBuffer buffer ? array(name, buffer) : value;
    int element = array == null ? 0 : PrimitiveArray.elementBytes(array.getClass());
    if (element == 0) {
      throw refused(name, value);
    }
    HeapRam ram = new HeapRam(array, BlockKind.HEAP, new Object[] {array}, element);
    if (ram.bytes == 0) {
      throw empty(name);
    }
    return ram;
  }

  /**
   * An array of arrays, or of heap buffers.
   *
   * @param name of the block, for messages
   * @throws SnapshotException if it is nothing that can be captured
   */
  static RamTable table(String name, Object[] value) throws SnapshotException {
    if (value instanceof ByteBuffer[] buffers) {
      requirePieces(name, buffers);
    } else if (PrimitiveArray.elementBytes(value.getClass().getComponentType()) == 0) {
      throw refused(name, value);
    }
    return RamTable.of(value, null, false).orElseThrow(() -> refused(name, value));
  }

  static SnapshotException empty(String name) {
    return new SnapshotException(
        "block " + name + " has no RAM yet: wait until the guest has allocated it");
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

  private static SnapshotException refused(String name, Object value) {
    return new SnapshotException(
        "block "
            + name
            + " is "
            + (value == null ? "null" : "of type " + value.getClass().getTypeName())
            + ": guest RAM on the heap is a byte[], short[], char[], int[], long[], float[],"
            + " double[], an array of such, a heap ByteBuffer, or an array of heap ByteBuffers");
  }

  private static void requirePieces(String name, ByteBuffer[] buffers) throws SnapshotException {
    for (ByteBuffer buffer : buffers) {
      if (buffer != null) {
        byte[] piece = (byte[]) array(name, buffer);
        if (piece.length != buffer.capacity()) {
          throw new SnapshotException(
              String.format(
                  "block %s has a buffer of %d bytes in an array of %d: name each array once, not"
                      + " the slices of one",
                  name, buffer.capacity(), piece.length));
        }
      }
    }
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

  /** What the host names the arrays by: the one array, or the array of the pieces. */
  Object named() {
    return kind == BlockKind.HEAP || value instanceof Object[] ? value : pieces;
  }

  /** What all pieces together can grow to, in bytes, if missing ones become as long as the rest. */
  long mostBytes() {
    if (kind == BlockKind.HEAP_PIECES && pieces.length != length(value)) {
      return 2 * bytes + TABLE_SPARE_BYTES;
    }
    long longest = 0;
    for (Object piece : pieces) {
      longest = Math.max(longest, piece == null ? 0 : PrimitiveArray.bytes(piece));
    }
    return longest * pieces.length;
  }

  private static int length(Object value) {
    return value instanceof Object[] row ? row.length : -1;
  }

  Shape shape(int blockId) {
    long[] lengths = new long[pieces.length];
    for (int i = 0; i < lengths.length; i++) {
      lengths[i] = pieces[i] == null ? Shape.ABSENT : Array.getLength(pieces[i]);
    }
    return new Shape(blockId, elementBytes, lengths);
  }
}
