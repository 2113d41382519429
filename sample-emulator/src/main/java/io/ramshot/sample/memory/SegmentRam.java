package io.ramshot.sample.memory;

import java.lang.invoke.MethodHandle;
import java.util.Objects;

/**
 * Guest RAM in a {@code MemorySegment}, of any size, from an arena that is closed with the machine.
 *
 * <p>These classes are newer than what this is compiled for, so they are reached through {@link
 * Foreign}. A handle that is a constant is compiled like a call of the method.
 */
public final class SegmentRam extends Ram {

  private static final MethodHandle GET1 = Foreign.getter(byte.class);
  private static final MethodHandle GET2 = Foreign.getter(short.class);
  private static final MethodHandle GET4 = Foreign.getter(int.class);
  private static final MethodHandle GET8 = Foreign.getter(long.class);
  private static final MethodHandle SET1 = Foreign.setter(byte.class);
  private static final MethodHandle SET2 = Foreign.setter(short.class);
  private static final MethodHandle SET4 = Foreign.setter(int.class);
  private static final MethodHandle SET8 = Foreign.setter(long.class);

  private final AutoCloseable arena;
  private final Object segment;

  /**
   * @param size in bytes
   */
  public SegmentRam(long size) {
    super(size);
    arena = Foreign.sharedArena();
    segment = Foreign.allocate(arena, size);
  }

  @Override
  public byte load1(long offset) {
    try {
      return (byte) GET1.invokeExact(segment, offset);
    } catch (Throwable e) {
      throw Foreign.unchecked(e);
    }
  }

  @Override
  public short load2(long offset) {
    try {
      return (short) GET2.invokeExact(segment, offset);
    } catch (Throwable e) {
      throw Foreign.unchecked(e);
    }
  }

  @Override
  public int load4(long offset) {
    try {
      return (int) GET4.invokeExact(segment, offset);
    } catch (Throwable e) {
      throw Foreign.unchecked(e);
    }
  }

  @Override
  public long load8(long offset) {
    try {
      return (long) GET8.invokeExact(segment, offset);
    } catch (Throwable e) {
      throw Foreign.unchecked(e);
    }
  }

  @Override
  public void store1(long offset, byte value) {
    try {
      SET1.invokeExact(segment, offset, value);
    } catch (Throwable e) {
      throw Foreign.unchecked(e);
    }
  }

  @Override
  public void store2(long offset, short value) {
    try {
      SET2.invokeExact(segment, offset, value);
    } catch (Throwable e) {
      throw Foreign.unchecked(e);
    }
  }

  @Override
  public void store4(long offset, int value) {
    try {
      SET4.invokeExact(segment, offset, value);
    } catch (Throwable e) {
      throw Foreign.unchecked(e);
    }
  }

  @Override
  public void store8(long offset, long value) {
    try {
      SET8.invokeExact(segment, offset, value);
    } catch (Throwable e) {
      throw Foreign.unchecked(e);
    }
  }

  @Override
  public void read(long offset, byte[] target, int length) {
    Objects.checkFromIndexSize(0, length, target.length);
    Foreign.buffer(segment, offset, length).get(target, 0, length);
  }

  @Override
  public void write(long offset, byte[] source) {
    Foreign.buffer(segment, offset, source.length).put(source);
  }

  @Override
  public void close() {
    Foreign.close(arena);
  }
}
