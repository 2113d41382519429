package io.ramshot.sample.memory;

import java.lang.reflect.Field;
import java.nio.ByteOrder;
import sun.misc.Unsafe;

/** Guest RAM that Java knows by nothing but its address. */
@SuppressWarnings("removal") // JDK 24 and later mark these methods so
abstract class AddressRam extends Ram {

  private static final Unsafe UNSAFE = unsafe();
  private static final long ARRAY_BASE = Unsafe.ARRAY_BYTE_BASE_OFFSET;

  /** Host address of the first byte. */
  private final long base;

  /**
   * @param base host address of the first byte
   * @param size in bytes, all of them zero
   */
  AddressRam(long base, long size) {
    super(size);
    if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
      throw new UnsupportedOperationException("this host is not little-endian: use --ram=direct");
    }
    this.base = base;
  }

  /** Returns memory that nobody has written to, or that is cleared. */
  static long allocate(long size, boolean clear) {
    long address = UNSAFE.allocateMemory(size);
    if (clear) {
      UNSAFE.setMemory(address, size, (byte) 0);
    }
    return address;
  }

  /** Returns the host address of the first byte. */
  final long base() {
    return base;
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
  public final byte load1(long offset) {
    return UNSAFE.getByte(base + offset);
  }

  @Override
  public final short load2(long offset) {
    return UNSAFE.getShort(base + offset);
  }

  @Override
  public final int load4(long offset) {
    return UNSAFE.getInt(base + offset);
  }

  @Override
  public final long load8(long offset) {
    return UNSAFE.getLong(base + offset);
  }

  @Override
  public final void store1(long offset, byte value) {
    UNSAFE.putByte(base + offset, value);
  }

  @Override
  public final void store2(long offset, short value) {
    UNSAFE.putShort(base + offset, value);
  }

  @Override
  public final void store4(long offset, int value) {
    UNSAFE.putInt(base + offset, value);
  }

  @Override
  public final void store8(long offset, long value) {
    UNSAFE.putLong(base + offset, value);
  }

  @Override
  public final void read(long offset, byte[] target, int length) {
    if (length > target.length || offset < 0 || offset + length > size()) {
      throw new IndexOutOfBoundsException("read of " + length + " bytes at " + offset);
    }
    UNSAFE.copyMemory(null, base + offset, target, ARRAY_BASE, length);
  }

  @Override
  public final void write(long offset, byte[] source) {
    if (offset < 0 || offset + source.length > size()) {
      throw new IndexOutOfBoundsException("write of " + source.length + " bytes at " + offset);
    }
    UNSAFE.copyMemory(source, ARRAY_BASE, null, base + offset, source.length);
  }
}
