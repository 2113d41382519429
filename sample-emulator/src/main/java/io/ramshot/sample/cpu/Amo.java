package io.ramshot.sample.cpu;

/** The A extension's operations by their five function bits, and what they compute. */
final class Amo {

  static final int ADD = 0x00;
  static final int SWAP = 0x01;
  static final int LR = 0x02;
  static final int SC = 0x03;
  static final int XOR = 0x04;
  static final int OR = 0x08;
  static final int AND = 0x0c;
  static final int MIN = 0x10;
  static final int MAX = 0x14;
  static final int MINU = 0x18;
  static final int MAXU = 0x1c;

  /**
   * Returns what an AMO stores. Word operations pass both operands sign-extended: that keeps the
   * order of unsigned words too.
   */
  static long combine(int function, long memory, long register) {
    return switch (function) {
      case ADD -> memory + register;
      case SWAP -> register;
      case XOR -> memory ^ register;
      case OR -> memory | register;
      case AND -> memory & register;
      case MIN -> Math.min(memory, register);
      case MAX -> Math.max(memory, register);
      case MINU -> Long.compareUnsigned(memory, register) < 0 ? memory : register;
      case MAXU -> Long.compareUnsigned(memory, register) > 0 ? memory : register;
      default -> throw new IllegalArgumentException("no AMO has function " + function);
    };
  }

  private Amo() {}
}
