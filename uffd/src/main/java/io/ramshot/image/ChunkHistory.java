package io.ramshot.image;

import java.util.Arrays;

/**
 * Who saved the chunks of one block, and when.
 *
 * <p>A chunk is a stretch of the block's image pages. The first is as long as is left of it from
 * where the block began, the last as long as the block has pages.
 *
 * @param firstPages pages of the first chunk, where the block has as many
 * @param savers one a chunk: {@link Saver#code}
 * @param micros one a chunk: when the guest had it again, in µs after RAM was protected, unsigned;
 *     {@link #UNKNOWN} where that is not known
 */
public record ChunkHistory(int firstPages, byte[] savers, int[] micros) {
  /** Not known when, or nobody saved it. */
  public static final int UNKNOWN = -1;

  /**
   * @throws IllegalArgumentException if the arrays differ in length or a number is no saver's
   */
  public ChunkHistory {
    if (firstPages < 1 || savers.length != micros.length) {
      throw new IllegalArgumentException(
          savers.length + " savers, " + micros.length + " times, first of " + firstPages);
    }
    for (byte saver : savers) {
      Saver.of(saver);
    }
  }

  public int chunks() {
    return savers.length;
  }

  public Saver saver(int chunk) {
    return Saver.of(savers[chunk]);
  }

  /** In µs after RAM was protected; -1 where that is not known. */
  public long microsAt(int chunk) {
    return micros[chunk] == UNKNOWN ? -1 : Integer.toUnsignedLong(micros[chunk]);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ChunkHistory that
        && firstPages == that.firstPages
        && Arrays.equals(savers, that.savers)
        && Arrays.equals(micros, that.micros);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(micros);
  }

  @Override
  public String toString() {
    return savers.length + " chunks, the first of up to " + firstPages + " pages";
  }
}
