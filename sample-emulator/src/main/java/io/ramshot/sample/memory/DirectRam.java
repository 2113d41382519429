package io.ramshot.sample.memory;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Guest RAM in a direct byte buffer, which the JDK limits to 2 GiB and fills with zeros at once.
 */
public final class DirectRam extends Ram {

  /** Largest size in bytes: the last whole MiB that an int can index. */
  public static final long MAX_SIZE = 2047L << 20;

  private final ByteBuffer buffer;

  /**
   * @param size in bytes, at most {@link #MAX_SIZE}
   */
  public DirectRam(long size) {
    super(size);
    if (size <= 0 || size > MAX_SIZE) {
      throw new IllegalArgumentException("a direct buffer cannot hold " + size + " bytes");
    }
    buffer = ByteBuffer.allocateDirect((int) size).order(ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  public byte load1(long offset) {
    return buffer.get((int) offset);
  }

  @Override
  public short load2(long offset) {
    return buffer.getShort((int) offset);
  }

  @Override
  public int load4(long offset) {
    return buffer.getInt((int) offset);
  }

  @Override
  public long load8(long offset) {
    return buffer.getLong((int) offset);
  }

  @Override
  public void store1(long offset, byte value) {
    buffer.put((int) offset, value);
  }

  @Override
  public void store2(long offset, short value) {
    buffer.putShort((int) offset, value);
  }

  @Override
  public void store4(long offset, int value) {
    buffer.putInt((int) offset, value);
  }

  @Override
  public void store8(long offset, long value) {
    buffer.putLong((int) offset, value);
  }

  @Override
  public void read(long offset, byte[] target, int length) {
    buffer.get((int) offset, target, 0, length);
  }

  @Override
  public void write(long offset, byte[] source) {
    buffer.put((int) offset, source);
  }
}
