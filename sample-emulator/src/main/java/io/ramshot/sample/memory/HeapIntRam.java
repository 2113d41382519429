package io.ramshot.sample.memory;

import java.util.Objects;

/**
 * Guest RAM in one array of ints on the Java heap, as emulators of 32-bit machines have it.
 *
 * <p>The word at index i holds the bytes from 4 i on, the first in its low bits: on a little-endian
 * host the array's memory is the guest's, byte for byte. What is narrower than a word, or lies
 * across two, is shifted and masked; the machine has one hart, so nobody sees the halves.
 */
public final class HeapIntRam extends Ram {

  /** Largest size in bytes: the last whole MiB that an array of ints can have. */
  static final long MAX_SIZE = 8191L << 20;

  private static final long LOW = 0xffff_ffffL;

  private final int[] words;

  /**
   * @param size in bytes, a multiple of 4 and at most {@link #MAX_SIZE}
   */
  public HeapIntRam(long size) {
    super(size);
    if (size <= 0 || size > MAX_SIZE || size % 4 != 0) {
      throw new IllegalArgumentException("an array of ints cannot hold " + size + " bytes");
    }
    words = new int[(int) (size >> 2)];
  }

  /** Returns how far the byte at {@code offset} is from its word's low end, in bits. */
  private static int shift(long offset) {
    return ((int) offset & 3) << 3;
  }

  private int word(long offset) {
    return words[(int) (offset >> 2)];
  }

  /** Replaces what {@code mask} has ones for, in the word that holds {@code offset}. */
  private void merge(long offset, int mask, int value) {
    int index = (int) (offset >> 2);
    words[index] = words[index] & ~mask | value & mask;
  }

  @Override
  public byte load1(long offset) {
    return (byte) (word(offset) >> shift(offset));
  }

  @Override
  public short load2(long offset) {
    return (offset & 3) == 3
        ? (short) (load1(offset) & 0xff | load1(offset + 1) << 8)
        : (short) (word(offset) >> shift(offset));
  }

  @Override
  public int load4(long offset) {
    int shift = shift(offset);
    int low = word(offset);
    return shift == 0 ? low : low >>> shift | word(offset + 4) << -shift;
  }

  @Override
  public long load8(long offset) {
    return load4(offset) & LOW | (long) load4(offset + 4) << 32;
  }

  @Override
  public void store1(long offset, byte value) {
    merge(offset, 0xff << shift(offset), value << shift(offset));
  }

  @Override
  public void store2(long offset, short value) {
    if ((offset & 3) == 3) {
      store1(offset, (byte) value);
      store1(offset + 1, (byte) (value >> 8));
    } else {
      merge(offset, 0xffff << shift(offset), value << shift(offset));
    }
  }

  @Override
  public void store4(long offset, int value) {
    int shift = shift(offset);
    if (shift == 0) {
      words[(int) (offset >> 2)] = value;
    } else {
      merge(offset, -1 << shift, value << shift);
      merge(offset + 4, -1 >>> -shift, value >>> -shift);
    }
  }

  @Override
  public void store8(long offset, long value) {
    store4(offset, (int) value);
    store4(offset + 4, (int) (value >> 32));
  }

  @Override
  public void read(long offset, byte[] target, int length) {
    Objects.checkFromIndexSize(offset, length, size());
    Objects.checkFromIndexSize(0, length, target.length);
    for (int i = 0; i < length; i++) {
      target[i] = load1(offset + i);
    }
  }

  @Override
  public void write(long offset, byte[] source) {
    Objects.checkFromIndexSize(offset, source.length, size());
    for (int i = 0; i < source.length; i++) {
      store1(offset + i, source[i]);
    }
  }
}
