package io.ramshot.image;

import java.nio.ByteBuffer;

/** A block's memory in an array; remembers what was asked of it. */
final class HeapMemory implements Memory {
  final byte[] bytes;
  long sliced;
  long zeroed;
  int zeroCalls;

  /** Full of a byte that no test image holds everywhere, as memory in use is. */
  HeapMemory(long length) {
    bytes = new byte[(int) length];
    java.util.Arrays.fill(bytes, (byte) 0x5A);
  }

  @Override
  public ByteBuffer slice(long offset, int length) {
    sliced += length;
    return ByteBuffer.wrap(bytes).slice((int) offset, length);
  }

  @Override
  public void zero(long offset, long length) {
    zeroed += length;
    zeroCalls++;
    java.util.Arrays.fill(bytes, (int) offset, (int) (offset + length), (byte) 0);
  }
}
