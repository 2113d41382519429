package io.ramshot.image;

import java.util.Arrays;

/**
 * What a block of many pieces was made of: an array of arrays, some of which may not have been
 * there. The block holds those that were, one after the other.
 *
 * @param blockId the block's index in the image
 * @param elementBytes of one element of a piece: 1, 2, 4 or 8
 * @param lengths of each piece in elements, {@link #ABSENT} for one that was not there
 */
public record Shape(int blockId, int elementBytes, long[] lengths) {
  public static final long ABSENT = -1;

  public Shape {
    lengths = lengths.clone();
    if (!isElementSize(elementBytes)) {
      throw new IllegalArgumentException("elements of " + elementBytes + " bytes");
    }
    if (total(elementBytes, lengths) < 0) {
      throw new IllegalArgumentException("pieces of impossible lengths");
    }
  }

  @Override
  public long[] lengths() {
    return lengths.clone();
  }

  /** Of all pieces together, in bytes. */
  public long bytes() {
    return total(elementBytes, lengths);
  }

  static boolean isElementSize(int bytes) {
    return bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8;
  }

  /** In bytes; -1 if a length is impossible. */
  static long total(int elementBytes, long[] lengths) {
    long total = 0;
    for (long length : lengths) {
      // A Java array's length is an int, so this cannot overflow before 2^29 pieces of 16 GiB.
      if (length < ABSENT || length > Integer.MAX_VALUE || total < 0) {
        return -1;
      }
      total += length == ABSENT ? 0 : length * elementBytes;
    }
    return total;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Shape shape
        && blockId == shape.blockId
        && elementBytes == shape.elementBytes
        && Arrays.equals(lengths, shape.lengths);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(lengths) * 31 + blockId;
  }

  @Override
  public String toString() {
    return lengths.length + " pieces, " + bytes() + " bytes, of block " + blockId;
  }
}
