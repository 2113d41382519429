package io.ramshot.uffd;

/**
 * Who saved a range's memory, and when: one entry a slice of {@link #SLICE_BYTES}, cut by address.
 *
 * @param savers {@code enum rs_saver} in rs_block.h
 * @param micros when the guest had it again, in µs after RAM was protected; -1 where nobody saved
 */
public record SaveLog(byte[] savers, int[] micros) {
  /** A chunk of the engine, in bytes. */
  public static final int SLICE_BYTES = 2 << 20;
}
