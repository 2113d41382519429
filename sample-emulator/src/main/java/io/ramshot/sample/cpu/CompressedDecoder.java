package io.ramshot.sample.cpu;

/**
 * Decodes the 16-bit instructions of RV64C, each into the operation it abbreviates.
 *
 * <p>Hints (such as C.LI to x0) do nothing, as their expansions write to x0.
 */
final class CompressedDecoder {

  private static final long ILLEGAL = of(Op.ILLEGAL, 0, 0, 0, 0);

  private static final int RA = 1;
  private static final int SP = 2;

  /** Returns the {@link Decoded} form of {@code insn}, whose two low bits are not both set. */
  static long decode(int insn) {
    int funct3 = insn >> 13 & 7;
    return switch (insn & 3) {
      case 0 -> quadrant0(funct3, insn);
      case 1 -> quadrant1(funct3, insn);
      case 2 -> quadrant2(funct3, insn);
      default -> ILLEGAL;
    };
  }

  private static long quadrant0(int funct3, int insn) {
    int rd = 8 + (insn >> 2 & 7);
    int rs1 = 8 + (insn >> 7 & 7);
    int offset4 = (insn >> 10 & 7) << 3 | (insn >> 6 & 1) << 2 | (insn >> 5 & 1) << 6;
    int offset8 = (insn >> 10 & 7) << 3 | (insn >> 5 & 3) << 6;
    return switch (funct3) {
      case 0 -> addi4spn(rd, insn);
      case 1 -> Decoder.floatLoad(rd, rs1, 8, 1, offset8);
      case 2 -> of(Op.LW, rd, rs1, 0, offset4);
      case 3 -> of(Op.LD, rd, rs1, 0, offset8);
      case 5 -> Decoder.floatStore(rs1, rd, 8, 1, offset8);
      case 6 -> of(Op.SW, 0, rs1, rd, offset4);
      case 7 -> of(Op.SD, 0, rs1, rd, offset8);
      default -> ILLEGAL;
    };
  }

  private static long addi4spn(int rd, int insn) {
    int immediate =
        (insn >> 11 & 3) << 4 | (insn >> 7 & 15) << 6 | (insn >> 6 & 1) << 2 | (insn >> 5 & 1) << 3;
    // An immediate of 0 is reserved, which makes the all-zero halfword illegal.
    return immediate == 0 ? ILLEGAL : of(Op.ADDI, rd, SP, 0, immediate);
  }

  private static long quadrant1(int funct3, int insn) {
    int rd = insn >> 7 & 31;
    int immediate = immediate6(insn);
    return switch (funct3) {
      case 0 -> of(Op.ADDI, rd, rd, 0, immediate);
      case 1 -> rd == 0 ? ILLEGAL : of(Op.ADDIW, rd, rd, 0, immediate);
      case 2 -> of(Op.ADDI, rd, 0, 0, immediate);
      case 3 -> rd == SP ? addi16sp(insn) : lui(rd, immediate);
      case 4 -> arithmetic(insn);
      case 5 -> of(Op.JAL, 0, 0, 0, jumpOffset(insn) >> 1);
      case 6 -> of(Op.BEQ, 0, 8 + (insn >> 7 & 7), 0, branchOffset(insn) >> 1);
      default -> of(Op.BNE, 0, 8 + (insn >> 7 & 7), 0, branchOffset(insn) >> 1);
    };
  }

  private static long addi16sp(int insn) {
    int immediate =
        -(insn >> 12 & 1) << 9
            | (insn >> 6 & 1) << 4
            | (insn >> 5 & 1) << 6
            | (insn >> 3 & 3) << 7
            | (insn >> 2 & 1) << 5;
    return immediate == 0 ? ILLEGAL : of(Op.ADDI, SP, SP, 0, immediate);
  }

  private static long lui(int rd, int immediate) {
    return immediate == 0 ? ILLEGAL : of(Op.LUI, rd, 0, 0, immediate << 12);
  }

  private static long arithmetic(int insn) {
    int rd = 8 + (insn >> 7 & 7);
    int rs2 = 8 + (insn >> 2 & 7);
    int amount = immediate6(insn) & 63;
    return switch (insn >> 10 & 3) {
      case 0 -> of(Op.SRLI, rd, rd, 0, amount);
      case 1 -> of(Op.SRAI, rd, rd, 0, amount);
      case 2 -> of(Op.ANDI, rd, rd, 0, immediate6(insn));
      default ->
          switch (insn >> 12 & 1) {
            case 0 ->
                switch (insn >> 5 & 3) {
                  case 0 -> of(Op.SUB, rd, rd, rs2, 0);
                  case 1 -> of(Op.XOR, rd, rd, rs2, 0);
                  case 2 -> of(Op.OR, rd, rd, rs2, 0);
                  default -> of(Op.AND, rd, rd, rs2, 0);
                };
            default ->
                switch (insn >> 5 & 3) {
                  case 0 -> of(Op.SUBW, rd, rd, rs2, 0);
                  case 1 -> of(Op.ADDW, rd, rd, rs2, 0);
                  default -> ILLEGAL;
                };
          };
    };
  }

  private static long quadrant2(int funct3, int insn) {
    int rd = insn >> 7 & 31;
    int rs2 = insn >> 2 & 31;
    int load4 = (insn >> 12 & 1) << 5 | (insn >> 4 & 7) << 2 | (insn >> 2 & 3) << 6;
    int load8 = (insn >> 12 & 1) << 5 | (insn >> 5 & 3) << 3 | (insn >> 2 & 7) << 6;
    int store4 = (insn >> 9 & 15) << 2 | (insn >> 7 & 3) << 6;
    int store8 = (insn >> 10 & 7) << 3 | (insn >> 7 & 7) << 6;
    return switch (funct3) {
      case 0 -> of(Op.SLLI, rd, rd, 0, immediate6(insn) & 63);
      case 1 -> Decoder.floatLoad(rd, SP, 8, 1, load8);
      case 2 -> rd == 0 ? ILLEGAL : of(Op.LW, rd, SP, 0, load4);
      case 3 -> rd == 0 ? ILLEGAL : of(Op.LD, rd, SP, 0, load8);
      case 4 -> (insn >> 12 & 1) == 0 ? moveOrJump(rd, rs2) : addOrLink(rd, rs2);
      case 5 -> Decoder.floatStore(SP, rs2, 8, 1, store8);
      case 6 -> of(Op.SW, 0, SP, rs2, store4);
      default -> of(Op.SD, 0, SP, rs2, store8);
    };
  }

  private static long moveOrJump(int rd, int rs2) {
    if (rs2 != 0) {
      return of(Op.ADD, rd, 0, rs2, 0);
    }
    return rd == 0 ? ILLEGAL : of(Op.JALR, 0, rd, 0, 0);
  }

  private static long addOrLink(int rd, int rs2) {
    if (rs2 != 0) {
      return of(Op.ADD, rd, rd, rs2, 0);
    }
    return rd == 0 ? of(Op.SYSTEM, 0, 0, 0, Csr.EBREAK) : of(Op.JALR, RA, rd, 0, 0);
  }

  /** Returns the CI-type immediate, sign-extended from 6 bits. */
  private static int immediate6(int insn) {
    return -(insn >> 12 & 1) << 5 | insn >> 2 & 31;
  }

  private static int jumpOffset(int insn) {
    return -(insn >> 12 & 1) << 11
        | (insn >> 11 & 1) << 4
        | (insn >> 9 & 3) << 8
        | (insn >> 8 & 1) << 10
        | (insn >> 7 & 1) << 6
        | (insn >> 6 & 1) << 7
        | (insn >> 3 & 7) << 1
        | (insn >> 2 & 1) << 5;
  }

  private static int branchOffset(int insn) {
    return -(insn >> 12 & 1) << 8
        | (insn >> 10 & 3) << 3
        | (insn >> 5 & 3) << 6
        | (insn >> 3 & 3) << 1
        | (insn >> 2 & 1) << 5;
  }

  private static long of(int op, int rd, int rs1, int rs2, int immediate) {
    return Decoded.of(op, rd, rs1, rs2, 1, immediate);
  }

  private CompressedDecoder() {}
}
