package com.example;

import java.lang.reflect.Method;
import java.nio.channels.FileChannel;

/** Memory from the arenas of JDK 22 and newer, by reflection, for JDK 17 compiles this too. */
public final class Arenas {

  private Arenas() {}

  public static boolean exist() {
    return Runtime.version().feature() >= 22;
  }

  /**
   * @param kind {@code ofConfined}, {@code ofShared}, {@code ofAuto} or {@code global}
   */
  public static AutoCloseable open(String kind) {
    return (AutoCloseable) call(type(), kind, null);
  }

  public static Object allocate(AutoCloseable arena, long bytes, long alignment) {
    return call(type(), "allocate", arena, bytes, alignment);
  }

  /** A mapping that is unmapped when the arena is closed. */
  public static Object map(FileChannel channel, long offset, long bytes, AutoCloseable arena)
      throws ReflectiveOperationException {
    return FileChannel.class
        .getMethod("map", FileChannel.MapMode.class, long.class, long.class, type())
        .invoke(channel, FileChannel.MapMode.READ_WRITE, offset, bytes, arena);
  }

  public static Object slice(Object segment, long offset, long bytes) {
    return call(segmentType(), "asSlice", segment, offset, bytes);
  }

  public static Object ofArray(byte[] array) {
    try {
      return segmentType().getMethod("ofArray", byte[].class).invoke(null, (Object) array);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  public static long address(Object segment) {
    return (long) call(segmentType(), "address", segment);
  }

  private static Class<?> type() {
    return named("java.lang.foreign.Arena");
  }

  private static Class<?> segmentType() {
    return named("java.lang.foreign.MemorySegment");
  }

  private static Class<?> named(String name) {
    try {
      return Class.forName(name);
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Object call(Class<?> type, String name, Object target, Object... arguments) {
    try {
      Class<?>[] types = new Class<?>[arguments.length];
      java.util.Arrays.fill(types, long.class);
      Method method = type.getMethod(name, types);
      return method.invoke(target, arguments);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
