package io.ramshot;

import com.sun.jna.Pointer;

/** Bytes in and out of primitive arrays, by offsets of whole elements. */
final class PrimitiveArray {

  private PrimitiveArray() {}

  /** Of one element, in bytes; 0 for what is no array that can be guest RAM. */
  static int elementBytes(Class<?> type) {
    Class<?> element = type.getComponentType();
    if (element == byte.class) {
      return Byte.BYTES;
    } else if (element == short.class || element == char.class) {
      return Short.BYTES;
    } else if (element == int.class || element == float.class) {
      return Integer.BYTES;
    } else if (element == long.class || element == double.class) {
      return Long.BYTES;
    }
    return 0;
  }

  /** In bytes. */
  static long bytes(Object array) {
    return (long) java.lang.reflect.Array.getLength(array) * elementBytes(array.getClass());
  }

  /** Copies elements {@code [from, from + count)} to memory. */
  static void read(Object array, int from, int count, Pointer to, long offset) {
    if (array instanceof byte[] a) {
      to.write(offset, a, from, count);
    } else if (array instanceof short[] a) {
      to.write(offset, a, from, count);
    } else if (array instanceof char[] a) {
      // On Linux JNA takes a char for a wchar_t of four bytes.
      to.getByteBuffer(offset, 2L * count).asCharBuffer().put(a, from, count);
    } else if (array instanceof int[] a) {
      to.write(offset, a, from, count);
    } else if (array instanceof float[] a) {
      to.write(offset, a, from, count);
    } else if (array instanceof long[] a) {
      to.write(offset, a, from, count);
    } else {
      to.write(offset, (double[]) array, from, count);
    }
  }

  /** Copies memory to elements {@code [from, from + count)}. */
  static void write(Object array, int from, int count, Pointer source, long offset) {
    if (array instanceof byte[] a) {
      source.read(offset, a, from, count);
    } else if (array instanceof short[] a) {
      source.read(offset, a, from, count);
    } else if (array instanceof char[] a) {
      source.getByteBuffer(offset, 2L * count).asCharBuffer().get(a, from, count);
    } else if (array instanceof int[] a) {
      source.read(offset, a, from, count);
    } else if (array instanceof float[] a) {
      source.read(offset, a, from, count);
    } else if (array instanceof long[] a) {
      source.read(offset, a, from, count);
    } else {
      source.read(offset, (double[]) array, from, count);
    }
  }

  static void clear(Object array, int from, int to) {
    if (array instanceof byte[] a) {
      java.util.Arrays.fill(a, from, to, (byte) 0);
    } else if (array instanceof short[] a) {
      java.util.Arrays.fill(a, from, to, (short) 0);
    } else if (array instanceof char[] a) {
      java.util.Arrays.fill(a, from, to, (char) 0);
    } else if (array instanceof int[] a) {
      java.util.Arrays.fill(a, from, to, 0);
    } else if (array instanceof float[] a) {
      java.util.Arrays.fill(a, from, to, 0);
    } else if (array instanceof long[] a) {
      java.util.Arrays.fill(a, from, to, 0);
    } else {
      java.util.Arrays.fill((double[]) array, from, to, 0);
    }
  }
}
