package io.ramshot.hooks;

import io.ramshot.SnapshotException;
import io.ramshot.uffd.GuestMemory;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.util.ArrayList;

/** Takes what a field holds to pieces until it is arrays and addresses. */
final class RamValue {

  /** Told of guest RAM, in an order that depends on the field's value only. */
  interface Visitor {

    /**
     * @param suffix tells apart what one field holds; empty if it holds one thing
     * @param array a primitive array with elements, an array of such, or heap buffers that are the
     *     pieces of one memory
     */
    void heap(String suffix, Object array) throws SnapshotException;

    /**
     * @param address off the heap, not 0
     * @param holder what tells the address: a {@code Long}, a buffer or a segment
     */
    void offHeap(long address, Object holder) throws SnapshotException;
  }

  /** Arrays of arrays of arrays are all that was ever seen. */
  private static final int MOST_LEVELS = 3;

  private RamValue() {}

  /**
   * @param spec for messages
   * @param value null is nothing
   */
  static void visit(RamSpec spec, Object value, Visitor visitor) throws SnapshotException {
    visit(spec, "", value, visitor, MOST_LEVELS);
  }

  private static void visit(RamSpec spec, String suffix, Object value, Visitor visitor, int levels)
      throws SnapshotException {
    if (value == null) {
      return;
    }
    if (value instanceof Long address) {
      if (address != 0) {
        visitor.offHeap(address, address);
      }
    } else if (value instanceof Buffer buffer) {
      visitBuffer(spec, suffix, buffer, visitor);
    } else if (Segments.isSegment(value)) {
      visitSegment(spec, suffix, value, visitor);
    } else if (isPrimitiveArray(value.getClass())) {
      if (java.lang.reflect.Array.getLength(value) > 0) {
        visitor.heap(suffix, value);
      }
    } else if (value instanceof Object[] pieces
        && isPrimitiveArray(value.getClass().getComponentType())) {
      if (pieces.length > 0) {
        visitor.heap(suffix, value);
      }
    } else if (value instanceof ByteBuffer[] buffers && arePieces(buffers)) {
      for (ByteBuffer buffer : buffers) {
        if (buffer != null) {
          visitor.heap(suffix, buffers);
          break;
        }
      }
    } else if (value instanceof Object[] parts && levels > 0) {
      for (int i = 0; i < parts.length; i++) {
        visit(spec, suffix + "." + i, parts[i], visitor, levels - 1);
      }
    } else if (value.getClass() == ArrayList.class && levels > 0) {
      // No other collection: its code may take locks.
      ArrayList<?> parts = (ArrayList<?>) value;
      for (int i = 0; i < parts.size(); i++) {
        visit(spec, suffix + "." + i, parts.get(i), visitor, levels - 1);
      }
    } else {
      throw new SnapshotException(
          "ram="
              + spec
              + " holds a "
              + value.getClass().getTypeName()
              + ", which cannot be guest RAM: name a field with an array, an array of arrays, a"
              + " buffer, a MemorySegment or an address, say one of that class");
    }
  }

  /** Whether each buffer is all of an array of its own. */
  private static boolean arePieces(ByteBuffer[] buffers) {
    for (ByteBuffer buffer : buffers) {
      if (buffer != null && !(buffer.hasArray() && buffer.array().length == buffer.capacity())) {
        return false;
      }
    }
    return true;
  }

  private static void visitBuffer(RamSpec spec, String suffix, Buffer buffer, Visitor visitor)
      throws SnapshotException {
    if (buffer.isDirect()) {
      if (buffer.capacity() > 0) {
        visitor.offHeap(GuestMemory.addressOf(buffer), buffer);
      }
    } else if (buffer.hasArray()) {
      if (java.lang.reflect.Array.getLength(buffer.array()) > 0) {
        visitor.heap(suffix, buffer.array());
      }
    } else {
      throw new SnapshotException(
          "ram="
              + spec
              + " holds a "
              + (buffer.isReadOnly() ? "read-only buffer" : "view of a heap buffer")
              + ": name the field that has the "
              + ByteBuffer.class.getSimpleName()
              + " that it was made of, or its array");
    }
  }

  private static void visitSegment(RamSpec spec, String suffix, Object segment, Visitor visitor)
      throws SnapshotException {
    if (Segments.size(segment) == 0) {
      return;
    }
    if (Segments.isNative(segment)) {
      visitor.offHeap(Segments.address(segment), segment);
      return;
    }
    Object array = Segments.array(segment);
    if (array == null) {
      throw new SnapshotException(
          "ram=" + spec + " holds a read-only segment: name the field with the array behind it");
    }
    visitor.heap(suffix, array);
  }

  private static boolean isPrimitiveArray(Class<?> type) {
    return type.isArray() && type.getComponentType().isPrimitive();
  }
}
