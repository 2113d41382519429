package io.ramshot.sample.memory;

import java.lang.reflect.Field;
import java.nio.ByteOrder;
import sun.misc.Unsafe;

/**
 * Guest RAM from {@link Unsafe#allocateMemory}, the way emulators go past a direct buffer's 2 GiB.
 *
 * <p>A guest that uses little of its RAM must cost the host little, so RAM is not cleared by
 * writing to it where that can be helped. malloc never serves a request above its largest mmap
 * threshold (glibc: 32 MiB) from recycled memory; from {@link #FRESH_FROM} on, the kernel's zero
 * pages are relied upon. Smaller RAM is cleared.
 *
 * <p>The memory lives as long as the process: a machine is never taken apart before its end.
 */
@SuppressWarnings("removal") // JDK 24 and later mark these methods so
public final class UnsafeRam extends Ram {

  /** Size in bytes from which an allocation is known to be a fresh, zero mapping. */
  static final long FRESH_FROM = 64L << 20;

  private static final Unsafe UNSAFE = unsafe();
  private static final long ARRAY_BASE = Unsafe.ARRAY_BYTE_BASE_OFFSET;

  /** Host address of the first byte. */
  private final long base;

  /**
   * @param size in bytes
   */
  public UnsafeRam(long size) {
    super(size);
    if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
      throw new UnsupportedOperationException("--ram=unsafe needs a little-endian host");
    }
    base = UNSAFE.allocateMemory(size);
    if (size < FRESH_FROM) {
      UNSAFE.setMemory(base, size, (byte) 0);
    }
  }

  private static Unsafe unsafe() {
    try {
      Field field = Unsafe.class.getDeclaredField("theUnsafe");
      field.setAccessible(true);
      return (Unsafe) field.get(null);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  @Override
  public byte load1(long offset) {
    return UNSAFE.getByte(base + offset);
  }

  @Override
  public short load2(long offset) {
    return UNSAFE.getShort(base + offset);
  }

  @Override
  public int load4(long offset) {
    return UNSAFE.getInt(base + offset);
  }

  @Override
  public long load8(long offset) {
    return UNSAFE.getLong(base + offset);
  }

  @Override
  public void store1(long offset, byte value) {
    UNSAFE.putByte(base + offset, value);
  }

  @Override
  public void store2(long offset, short value) {
    UNSAFE.putShort(base + offset, value);
  }

  @Override
  public void store4(long offset, int value) {
    UNSAFE.putInt(base + offset, value);
  }

  @Override
  public void store8(long offset, long value) {
    UNSAFE.putLong(base + offset, value);
  }

  @Override
  public void read(long offset, byte[] target, int length) {
    if (length > target.length || offset < 0 || offset + length > size()) {
      throw new IndexOutOfBoundsException("read of " + length + " bytes at " + offset);
    }
    UNSAFE.copyMemory(null, base + offset, target, ARRAY_BASE, length);
  }

  @Override
  public void write(long offset, byte[] source) {
    if (offset < 0 || offset + source.length > size()) {
      throw new IndexOutOfBoundsException("write of " + source.length + " bytes at " + offset);
    }
    UNSAFE.copyMemory(source, ARRAY_BASE, null, base + offset, source.length);
  }
}
