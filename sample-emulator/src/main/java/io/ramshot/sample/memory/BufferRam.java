package io.ramshot.sample.memory;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Guest RAM that Java sees through one byte buffer, wherever that has its bytes. */
abstract class BufferRam extends Ram {

  /** Largest size in bytes: the last whole MiB that an int can index. */
  static final long MAX_SIZE = 2047L << 20;

  private final ByteBuffer buffer;

  /**
   * @param buffer all of it zero
   */
  BufferRam(ByteBuffer buffer) {
    super(buffer.capacity());
    this.buffer = buffer.order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Returns a size as a buffer's capacity, if a buffer can have it. */
  static int capacity(long size) {
    if (size <= 0 || size > MAX_SIZE) {
      throw new IllegalArgumentException("a buffer cannot hold " + size + " bytes");
    }
    return (int) size;
  }

  @Override
  public final byte load1(long offset) {
    return buffer.get((int) offset);
  }

  @Override
  public final short load2(long offset) {
    return buffer.getShort((int) offset);
  }

  @Override
  public final int load4(long offset) {
    return buffer.getInt((int) offset);
  }

  @Override
  public final long load8(long offset) {
    return buffer.getLong((int) offset);
  }

  @Override
  public final void store1(long offset, byte value) {
    buffer.put((int) offset, value);
  }

  @Override
  public final void store2(long offset, short value) {
    buffer.putShort((int) offset, value);
  }

  @Override
  public final void store4(long offset, int value) {
    buffer.putInt((int) offset, value);
  }

  @Override
  public final void store8(long offset, long value) {
    buffer.putLong((int) offset, value);
  }

  @Override
  public final void read(long offset, byte[] target, int length) {
    buffer.get((int) offset, target, 0, length);
  }

  @Override
  public final void write(long offset, byte[] source) {
    buffer.put((int) offset, source);
  }
}
