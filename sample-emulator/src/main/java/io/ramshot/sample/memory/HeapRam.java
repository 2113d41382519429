package io.ramshot.sample.memory;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Objects;

/** Guest RAM in one array of bytes on the Java heap, as most emulators in Java have it. */
public final class HeapRam extends Ram {

  /** Largest size in bytes: the last whole MiB that an array can have. */
  static final long MAX_SIZE = 2047L << 20;

  private static final VarHandle SHORT = view(short[].class);
  private static final VarHandle INT = view(int[].class);
  private static final VarHandle LONG = view(long[].class);

  private final byte[] bytes;

  /**
   * @param size in bytes, at most {@link #MAX_SIZE}
   */
  public HeapRam(long size) {
    super(size);
    if (size <= 0 || size > MAX_SIZE) {
      throw new IllegalArgumentException("an array cannot hold " + size + " bytes");
    }
    bytes = new byte[(int) size];
  }

  private static VarHandle view(Class<?> array) {
    return MethodHandles.byteArrayViewVarHandle(array, ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  public byte load1(long offset) {
    return bytes[(int) offset];
  }

  @Override
  public short load2(long offset) {
    return (short) SHORT.get(bytes, (int) offset);
  }

  @Override
  public int load4(long offset) {
    return (int) INT.get(bytes, (int) offset);
  }

  @Override
  public long load8(long offset) {
    return (long) LONG.get(bytes, (int) offset);
  }

  @Override
  public void store1(long offset, byte value) {
    bytes[(int) offset] = value;
  }

  @Override
  public void store2(long offset, short value) {
    SHORT.set(bytes, (int) offset, value);
  }

  @Override
  public void store4(long offset, int value) {
    INT.set(bytes, (int) offset, value);
  }

  @Override
  public void store8(long offset, long value) {
    LONG.set(bytes, (int) offset, value);
  }

  @Override
  public void read(long offset, byte[] target, int length) {
    Objects.checkFromIndexSize(offset, length, size());
    System.arraycopy(bytes, (int) offset, target, 0, length);
  }

  @Override
  public void write(long offset, byte[] source) {
    Objects.checkFromIndexSize(offset, source.length, size());
    System.arraycopy(source, 0, bytes, (int) offset, source.length);
  }
}
