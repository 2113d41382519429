package io.ramshot.table;

import java.lang.reflect.Array;
import java.nio.ByteBuffer;

/** The arrays that guest RAM can be made of: all primitive ones but {@code boolean[]}. */
final class Primitives {

  private Primitives() {}

  static boolean isArrayType(Class<?> type) {
    return type.isArray()
        && type.getComponentType().isPrimitive()
        && type.getComponentType() != boolean.class;
  }

  /** The letter of an array's elements. */
  static char element(Object array) {
    return array.getClass().getName().charAt(1);
  }

  static Class<?> arrayType(char element) {
    return switch (element) {
      case 'B' -> byte[].class;
      case 'S' -> short[].class;
      case 'C' -> char[].class;
      case 'I' -> int[].class;
      case 'J' -> long[].class;
      case 'F' -> float[].class;
      case 'D' -> double[].class;
      default -> throw new IllegalArgumentException("no elements of guest RAM: " + element);
    };
  }

  /** In bytes. */
  static long bytes(Object array) {
    return (long) Array.getLength(array) * Form.elementBytes(element(array));
  }

  /**
   * The array behind a value, or null if it is neither one nor a heap buffer that is all of one.
   */
  static Object arrayOf(Object value) {
    if (value == null) {
      return null;
    }
    if (value instanceof ByteBuffer buffer) {
      return buffer.hasArray() && buffer.array().length == buffer.capacity()
          ? buffer.array()
          : null;
    }
    return isArrayType(value.getClass()) ? value : null;
  }

  /** Whether a value is an array of arrays, or of buffers: one block of many pieces. */
  static boolean isFlat(Object value) {
    return value instanceof ByteBuffer[]
        || value instanceof Object[] && isArrayType(value.getClass().getComponentType());
  }
}
