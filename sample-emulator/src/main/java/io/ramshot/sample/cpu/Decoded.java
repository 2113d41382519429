package io.ramshot.sample.cpu;

/**
 * A decoded instruction in one long, so that the interpreter needs one load to have it all.
 *
 * <pre>
 *  63        32  29..24  21..16  15..14  13..8  7..0
 *  immediate     rs2     rs1     slots   rd     operation
 * </pre>
 *
 * <p>A slot is a halfword of code: an instruction takes one or two. A destination of x0 becomes
 * {@link #NOWHERE}, so that writing a register needs no test. Jump distances count slots.
 */
final class Decoded {

  /** Index of the register that swallows what is written to x0. */
  static final int NOWHERE = 32;

  static long of(int op, int rd, int rs1, int rs2, int slots, int immediate) {
    int destination = rd == 0 ? NOWHERE : rd;
    return (long) immediate << 32
        | (long) rs2 << 24
        | (long) rs1 << 16
        | (long) slots << 14
        | (long) destination << 8
        | op;
  }

  static int op(long decoded) {
    return (int) decoded & 0xff;
  }

  static int rd(long decoded) {
    return (int) (decoded >> 8) & 0x3f;
  }

  static int slots(long decoded) {
    return (int) (decoded >> 14) & 3;
  }

  static int rs1(long decoded) {
    return (int) (decoded >> 16) & 0x3f;
  }

  static int rs2(long decoded) {
    return (int) (decoded >> 24) & 0x3f;
  }

  static int immediate(long decoded) {
    return (int) (decoded >> 32);
  }

  private Decoded() {}
}
