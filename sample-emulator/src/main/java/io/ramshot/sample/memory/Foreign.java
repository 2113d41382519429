package io.ramshot.sample.memory;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;

/** The little of {@code java.lang.foreign} that {@link SegmentRam} needs, for a JDK that has it. */
final class Foreign {

  /** The JDK that {@code java.lang.foreign} is final in. */
  static final int FIRST_JDK = 22;

  private static final Class<?> ARENA = find("Arena");
  private static final Class<?> SEGMENT = find("MemorySegment");
  private static final Class<?> LAYOUT = find("ValueLayout");

  private Foreign() {}

  private static Class<?> find(String name) {
    try {
      return Class.forName("java.lang.foreign." + name);
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException("RamKind checks the JDK's version", e);
    }
  }

  /** Returns a handle (segment, offset) of an unaligned little-endian load. */
  static MethodHandle getter(Class<?> type) {
    return access(type)
        .toMethodHandle(VarHandle.AccessMode.GET)
        .asType(MethodType.methodType(type, Object.class, long.class));
  }

  /** Returns a handle (segment, offset, value) of an unaligned little-endian store. */
  static MethodHandle setter(Class<?> type) {
    return access(type)
        .toMethodHandle(VarHandle.AccessMode.SET)
        .asType(MethodType.methodType(void.class, Object.class, long.class, type));
  }

  private static VarHandle access(Class<?> type) {
    String name = "JAVA_" + type.getName().toUpperCase(Locale.ROOT);
    try {
      Object layout = LAYOUT.getField(type == byte.class ? name : name + "_UNALIGNED").get(null);
      Object ordered =
          LAYOUT.getMethod("withOrder", ByteOrder.class).invoke(layout, ByteOrder.LITTLE_ENDIAN);
      return (VarHandle) LAYOUT.getMethod("varHandle").invoke(ordered);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("java.lang.foreign is not as in JDK " + FIRST_JDK, e);
    }
  }

  /** Returns an arena whose segments every thread may use, until it is closed. */
  static AutoCloseable sharedArena() {
    return (AutoCloseable) call(ARENA, "ofShared", MethodType.methodType(ARENA), null);
  }

  /** Returns a segment of zeros. */
  static Object allocate(AutoCloseable arena, long size) {
    MethodType type = MethodType.methodType(SEGMENT, long.class, long.class);
    return call(ARENA, "allocate", type, arena, size, (long) Long.BYTES);
  }

  /**
   * Returns a part of a segment.
   *
   * @throws IndexOutOfBoundsException if it lies outside
   */
  static ByteBuffer buffer(Object segment, long offset, long length) {
    MethodType slice = MethodType.methodType(SEGMENT, long.class, long.class);
    Object part = call(SEGMENT, "asSlice", slice, segment, offset, length);
    return (ByteBuffer)
        call(SEGMENT, "asByteBuffer", MethodType.methodType(ByteBuffer.class), part);
  }

  static void close(AutoCloseable arena) {
    call(ARENA, "close", MethodType.methodType(void.class), arena);
  }

  /** Calls a public method: a static one if there is no {@code receiver}. */
  private static Object call(
      Class<?> owner, String name, MethodType type, Object receiver, Object... arguments) {
    try {
      MethodHandles.Lookup lookup = MethodHandles.publicLookup();
      MethodHandle method =
          receiver == null
              ? lookup.findStatic(owner, name, type)
              : lookup.findVirtual(owner, name, type).bindTo(receiver);
      return method.invokeWithArguments(arguments);
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }

  /** Throws on what a method without checked exceptions has thrown. */
  static RuntimeException unchecked(Throwable thrown) {
    if (thrown instanceof Error error) {
      throw error;
    }
    if (thrown instanceof RuntimeException exception) {
      throw exception;
    }
    throw new IllegalStateException("java.lang.foreign is not as in JDK " + FIRST_JDK, thrown);
  }
}
