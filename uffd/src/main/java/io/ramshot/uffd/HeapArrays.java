package io.ramshot.uffd;

import java.lang.reflect.Array;
import java.util.List;

/** Arrays on the Java heap, where they lie: the collector moves them but in rs_arrays.c. */
final class HeapArrays {

  private HeapArrays() {}

  /**
   * Looks whether arrays can be captured at all.
   *
   * @throws EngineException if the native functions for them are not to be had
   */
  static void load() throws EngineException {
    Engine.load();
    try {
      addresses(new Object[0], new long[0]);
    } catch (UnsatisfiedLinkError e) {
      throw new EngineException(
          "arrays on the Java heap cannot be captured, because another class loader of this JVM"
              + " has the native library: load ramshot once",
          e);
    }
  }

  /** A primitive array's length, in bytes; -1 if it is none. */
  static long bytes(Object array) {
    Class<?> element = array.getClass().getComponentType();
    if (element == null || !element.isPrimitive()) {
      return -1;
    }
    return Array.getLength(array) * elementBytes(element);
  }

  private static long elementBytes(Class<?> element) {
    if (element == long.class || element == double.class) {
      return Long.BYTES;
    }
    if (element == int.class || element == float.class) {
      return Integer.BYTES;
    }
    return element == short.class || element == char.class ? Short.BYTES : Byte.BYTES;
  }

  /** Arms with the arrays where they are; 0 or -errno. */
  static int arm(long snapshot, List<Object> arrays) {
    return arm(snapshot, arrays.toArray());
  }

  /** Where arrays are, or were a moment ago; 0 for null, and where this JVM tells nobody. */
  static long[] addresses(List<Object> arrays) {
    long[] addresses = new long[arrays.size()];
    addresses(arrays.toArray(), addresses);
    return addresses;
  }

  private static native int arm(long snapshot, Object[] arrays);

  private static native int addresses(Object[] arrays, long[] addresses);
}
