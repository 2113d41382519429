package io.ramshot.agent.proof;

import java.nio.ByteBuffer;

/**
 * The edge guest's oracle: whether RAM is as it was at one instant. See {@code
 * sample-emulator/src/guest/edge/README.md}.
 */
final class EdgePattern {
  private static final int PAGE = 4096;
  private static final int PROGRESS = 60 << 10;

  /** {@code EDGE-1\0\0} as a little-endian word. */
  private static final long MAGIC = 0x0000_312d_4547_4445L;

  private EdgePattern() {}

  /**
   * Judges RAM.
   *
   * @param ram little-endian
   * @return pages that the guest had done since it was ready
   * @throws AssertionError if it mixes instants
   */
  static long check(ByteBuffer ram) {
    long magic = ram.getLong(PROGRESS);
    if (magic != MAGIC) {
      throw new AssertionError(String.format("no edge guest that was ready: 0x%x", magic));
    }
    long base = ram.getLong(PROGRESS + 8);
    int first = (int) (ram.getLong(PROGRESS + 24) - base);
    int pages = (int) ram.getLong(PROGRESS + 32);
    long batch = ram.getLong(PROGRESS + 40);
    long steps = ram.getLong(PROGRESS + 48);
    if (ram.getLong(PROGRESS + 16) != ram.capacity()
        || first + (long) pages * PAGE != ram.capacity()) {
      throw new AssertionError("the progress page is not of this machine");
    }
    int edge = 0;
    for (int i = 1; i < pages; i++) {
      byte before = ram.get(first + (i - 1) * PAGE);
      byte here = ram.get(first + i * PAGE);
      if (before == here) {
        continue;
      }
      if (edge != 0 || before != (byte) (here + 1)) {
        throw new AssertionError(
            "page " + i + " goes from " + before + " to " + here + ", after a step at " + edge);
      }
      edge = i;
    }
    byte low = ram.get(first + (pages - 1) * PAGE);
    for (long pass : new long[] {steps / pages, steps / pages + 1}) {
      long done = pass * pages + edge;
      if ((byte) pass == low && steps <= done && done <= steps + batch) {
        return done;
      }
    }
    throw new AssertionError(
        String.format(
            "the pattern shows pass %d (modulo 256), page %d, but the guest counted %d pages, that"
                + " is pass %d, page %d",
            low & 0xff, edge, steps, steps / pages, steps % pages));
  }
}
