package com.example;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;

/** Guest RAM as hosts allocate it: by address, without an owner. */
public class Memory {

  // Reflection, because javac warns of sun.misc.Unsafe and cannot be told not to.
  private static final Object UNSAFE;
  private static final Method ALLOCATE;
  private static final Method REALLOCATE;
  private static final Method FREE;

  static {
    try {
      Class<?> type = Class.forName("sun.misc.Unsafe");
      Field instance = type.getDeclaredField("theUnsafe");
      instance.setAccessible(true);
      UNSAFE = instance.get(null);
      ALLOCATE = type.getMethod("allocateMemory", long.class);
      REALLOCATE = type.getMethod("reallocateMemory", long.class, long.class);
      FREE = type.getMethod("freeMemory", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private long address;

  public Memory(long bytes) {
    this(bytes, 0);
  }

  /** The field is set after the delegating constructor has been left by way of this one. */
  Memory(long bytes, int alignment) {
    address = allocate(bytes) + alignment;
  }

  public long address() {
    return address;
  }

  public static long allocate(long bytes) {
    return call(ALLOCATE, bytes);
  }

  public static long reallocate(long address, long bytes) {
    return call(REALLOCATE, address, bytes);
  }

  public static void free(long address) {
    call(FREE, address);
  }

  public static ByteBuffer direct(int bytes) {
    return ByteBuffer.allocateDirect(bytes);
  }

  private static long call(Method method, Object... arguments) {
    try {
      Object result = method.invoke(UNSAFE, arguments);
      return result == null ? 0 : (long) result;
    } catch (ReflectiveOperationException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw new IllegalStateException(e);
    }
  }
}
