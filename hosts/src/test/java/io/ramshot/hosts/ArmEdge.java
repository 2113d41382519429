package io.ramshot.hosts;

import java.nio.ByteBuffer;

/** The oracle of the edge program, see {@code com.example.arm.EdgeProgram}. */
final class ArmEdge {
  private static final int PAGE = 4096;

  private ArmEdge() {}

  /**
   * Judges RAM by the registers that were saved with it.
   *
   * @return pages incremented since the start
   * @throws AssertionError if they are not of one instant
   */
  static long check(ByteBuffer ram, byte[] state) {
    ByteBuffer registers = ByteBuffer.wrap(state);
    long base = registers.getLong(0);
    long next = registers.getLong(8) - base;
    long limit = registers.getLong(16) - base;
    long passes = registers.getLong(5 * Long.BYTES);
    long pc = registers.getLong(7 * Long.BYTES);
    if (limit != ram.capacity()) {
      throw new AssertionError("RAM of " + limit + " bytes in " + ram.capacity());
    }
    // Between its increment and the step to the next page.
    boolean reached = (pc & 0xff) == 3 * Integer.BYTES;
    // After the last page, and in the count of the pass.
    boolean over = next == limit || (pc & 0xff) == 7 * Integer.BYTES;
    for (int at = 0; at < ram.capacity(); at++) {
      boolean ahead = over || at < next || reached && at == next;
      int expected = at % PAGE == 0 ? (byte) (ahead ? passes + 1 : passes) : 0;
      if (ram.get(at) != expected) {
        throw new AssertionError(
            "byte %d is %d, not %d: next %d, pass %d, pc %x"
                .formatted(at, ram.get(at), expected, next, passes, pc));
      }
    }
    return passes * (limit / PAGE) + (over ? limit / PAGE : next / PAGE) + (reached ? 1 : 0);
  }
}
