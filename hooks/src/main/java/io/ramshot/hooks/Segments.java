package io.ramshot.hooks;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Optional;

/** {@code java.lang.foreign.MemorySegment}, which JDKs before 22 do not have. */
final class Segments {

  private static final int FIRST_JDK = 22;
  private static final Class<?> TYPE;
  private static final MethodHandle ADDRESS;
  private static final MethodHandle BYTE_SIZE;
  private static final MethodHandle SCOPE;
  private static final MethodHandle IS_NATIVE;
  private static final MethodHandle HEAP_BASE;

  static {
    Class<?> type = null;
    MethodHandle[] methods = new MethodHandle[5];
    if (Runtime.version().feature() >= FIRST_JDK) {
      try {
        MethodHandles.Lookup lookup = MethodHandles.publicLookup();
        type = Class.forName("java.lang.foreign.MemorySegment");
        Class<?> scope = Class.forName("java.lang.foreign.MemorySegment$Scope");
        methods[0] = lookup.findVirtual(type, "address", MethodType.methodType(long.class));
        methods[1] = lookup.findVirtual(type, "byteSize", MethodType.methodType(long.class));
        methods[2] = lookup.findVirtual(type, "scope", MethodType.methodType(scope));
        methods[3] = lookup.findVirtual(type, "isNative", MethodType.methodType(boolean.class));
        methods[4] = lookup.findVirtual(type, "heapBase", MethodType.methodType(Optional.class));
      } catch (ReflectiveOperationException e) {
        throw new ExceptionInInitializerError(e);
      }
    }
    TYPE = type;
    ADDRESS = methods[0];
    BYTE_SIZE = methods[1];
    SCOPE = methods[2];
    IS_NATIVE = methods[3];
    HEAP_BASE = methods[4];
  }

  private Segments() {}

  static boolean exist() {
    return TYPE != null;
  }

  static boolean isSegment(Object value) {
    return TYPE != null && TYPE.isInstance(value);
  }

  /** Whether it is off the heap; a mapped one is too. */
  static boolean isNative(Object segment) {
    return (boolean) call(IS_NATIVE, segment);
  }

  static long address(Object segment) {
    return (long) call(ADDRESS, segment);
  }

  /** In bytes. */
  static long size(Object segment) {
    return (long) call(BYTE_SIZE, segment);
  }

  /** What keeps the memory alive; every slice of the segment refers to it. */
  static Object scope(Object segment) {
    return call(SCOPE, segment);
  }

  /** The array of a segment on the heap, or null if it is read-only. */
  static Object array(Object segment) {
    return ((Optional<?>) call(HEAP_BASE, segment)).orElse(null);
  }

  /** Allocates a segment from an automatic arena, which frees it some time. */
  static void allocate(long bytes) {
    try {
      Class<?> type = Class.forName("java.lang.foreign.Arena");
      Object arena = type.getMethod("ofAuto").invoke(null);
      type.getMethod("allocate", long.class, long.class).invoke(arena, bytes, 1);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this JVM's arenas are unknown", e);
    }
  }

  private static Object call(MethodHandle method, Object segment) {
    try {
      return method.invoke(segment);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable t) {
      throw new IllegalStateException(t);
    }
  }
}
