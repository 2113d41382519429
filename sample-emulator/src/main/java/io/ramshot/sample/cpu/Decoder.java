package io.ramshot.sample.cpu;

/** Decodes the 32-bit instructions of RV64IMAFD, Zicsr and Zifencei. */
final class Decoder {

  /** Returns the {@link Decoded} form of {@code insn}, whose two low bits are set. */
  static long decode(int insn) {
    int rd = insn >> 7 & 31;
    int rs1 = insn >> 15 & 31;
    int rs2 = insn >> 20 & 31;
    int funct3 = insn >> 12 & 7;
    return switch (insn & 0x7f) {
      case 0x03 -> load(funct3, rd, rs1, insn);
      case 0x07 -> floatLoad(funct3, rd, rs1, insn);
      case 0x0f -> fence(funct3);
      case 0x13 -> immediate(funct3, rd, rs1, insn);
      case 0x17 -> Decoded.of(Op.AUIPC, rd, 0, 0, 2, insn & 0xfffff000);
      case 0x1b -> immediateWord(funct3, rd, rs1, insn);
      case 0x23 -> store(funct3, rs1, rs2, insn);
      case 0x27 -> floatStore(funct3, rs1, rs2, insn);
      case 0x2f -> amo(funct3, rd, rs1, rs2, insn);
      case 0x33 -> register(funct3, rd, rs1, rs2, insn);
      case 0x37 -> Decoded.of(Op.LUI, rd, 0, 0, 2, insn & 0xfffff000);
      case 0x3b -> registerWord(funct3, rd, rs1, rs2, insn);
      case 0x43, 0x47, 0x4b, 0x4f, 0x53 -> Decoded.of(Op.FLOAT, rd, rs1, rs2, 2, insn);
      case 0x63 -> branch(funct3, rs1, rs2, insn);
      case 0x67 -> funct3 == 0 ? Decoded.of(Op.JALR, rd, rs1, 0, 2, insn >> 20) : ILLEGAL;
      case 0x6f -> Decoded.of(Op.JAL, rd, 0, 0, 2, jumpOffset(insn) >> 1);
      case 0x73 -> Decoded.of(Op.SYSTEM, rd, rs1, rs2, 2, insn);
      default -> ILLEGAL;
    };
  }

  private static final long ILLEGAL = Decoded.of(Op.ILLEGAL, 0, 0, 0, 2, 0);

  private static final int[] LOADS = {Op.LB, Op.LH, Op.LW, Op.LD, Op.LBU, Op.LHU, Op.LWU};
  private static final int[] STORES = {Op.SB, Op.SH, Op.SW, Op.SD};
  private static final int[] BRANCHES = {
    Op.BEQ, Op.BNE, Op.ILLEGAL, Op.ILLEGAL, Op.BLT, Op.BGE, Op.BLTU, Op.BGEU
  };
  private static final int[] REGISTER = {
    Op.ADD, Op.SLL, Op.SLT, Op.SLTU, Op.XOR, Op.SRL, Op.OR, Op.AND
  };
  private static final int[] MULTIPLY = {
    Op.MUL, Op.MULH, Op.MULHSU, Op.MULHU, Op.DIV, Op.DIVU, Op.REM, Op.REMU
  };
  private static final int[] MULTIPLY_WORD = {
    Op.MULW, Op.ILLEGAL, Op.ILLEGAL, Op.ILLEGAL, Op.DIVW, Op.DIVUW, Op.REMW, Op.REMUW
  };
  private static final int[] IMMEDIATE = {
    Op.ADDI, Op.SLLI, Op.SLTI, Op.SLTIU, Op.XORI, Op.SRLI, Op.ORI, Op.ANDI
  };

  private static long load(int funct3, int rd, int rs1, int insn) {
    return funct3 < LOADS.length ? Decoded.of(LOADS[funct3], rd, rs1, 0, 2, insn >> 20) : ILLEGAL;
  }

  private static long store(int funct3, int rs1, int rs2, int insn) {
    return funct3 < STORES.length
        ? Decoded.of(STORES[funct3], 0, rs1, rs2, 2, storeOffset(insn))
        : ILLEGAL;
  }

  private static long floatLoad(int funct3, int rd, int rs1, int insn) {
    // The destination is an f register, whose number 0 is a register like any other.
    return funct3 == 2 || funct3 == 3 ? floatLoad(rd, rs1, 1 << funct3, 2, insn >> 20) : ILLEGAL;
  }

  static long floatLoad(int rd, int rs1, int bytes, int slots, int offset) {
    return Decoded.of(Op.FLOAD, rd, rs1, bytes, slots, offset);
  }

  private static long floatStore(int funct3, int rs1, int rs2, int insn) {
    return funct3 == 2 || funct3 == 3
        ? floatStore(rs1, rs2, 1 << funct3, 2, storeOffset(insn))
        : ILLEGAL;
  }

  static long floatStore(int rs1, int rs2, int bytes, int slots, int offset) {
    return Decoded.of(Op.FSTORE, bytes, rs1, rs2, slots, offset);
  }

  private static long fence(int funct3) {
    return switch (funct3) {
      case 0 -> Decoded.of(Op.FENCE, 0, 0, 0, 2, 0);
      case 1 -> Decoded.of(Op.FENCE_I, 0, 0, 0, 2, 0);
      default -> ILLEGAL;
    };
  }

  private static long immediate(int funct3, int rd, int rs1, int insn) {
    if (funct3 != 1 && funct3 != 5) {
      return Decoded.of(IMMEDIATE[funct3], rd, rs1, 0, 2, insn >> 20);
    }
    int kind = insn >>> 26;
    int amount = insn >> 20 & 63;
    if (kind == 0) {
      return Decoded.of(IMMEDIATE[funct3], rd, rs1, 0, 2, amount);
    }
    return kind == 0x10 && funct3 == 5 ? Decoded.of(Op.SRAI, rd, rs1, 0, 2, amount) : ILLEGAL;
  }

  private static long immediateWord(int funct3, int rd, int rs1, int insn) {
    int amount = insn >> 20 & 31;
    int kind = insn >>> 25;
    if (funct3 == 0) {
      return Decoded.of(Op.ADDIW, rd, rs1, 0, 2, insn >> 20);
    }
    if (funct3 == 1 && kind == 0) {
      return Decoded.of(Op.SLLIW, rd, rs1, 0, 2, amount);
    }
    if (funct3 == 5 && kind == 0) {
      return Decoded.of(Op.SRLIW, rd, rs1, 0, 2, amount);
    }
    return funct3 == 5 && kind == 0x20 ? Decoded.of(Op.SRAIW, rd, rs1, 0, 2, amount) : ILLEGAL;
  }

  private static long register(int funct3, int rd, int rs1, int rs2, int insn) {
    int op =
        switch (insn >>> 25) {
          case 0x00 -> REGISTER[funct3];
          case 0x01 -> MULTIPLY[funct3];
          case 0x20 -> funct3 == 0 ? Op.SUB : funct3 == 5 ? Op.SRA : Op.ILLEGAL;
          default -> Op.ILLEGAL;
        };
    return Decoded.of(op, rd, rs1, rs2, 2, 0);
  }

  private static long registerWord(int funct3, int rd, int rs1, int rs2, int insn) {
    int op =
        switch (insn >>> 25) {
          case 0x00 ->
              funct3 == 0 ? Op.ADDW : funct3 == 1 ? Op.SLLW : funct3 == 5 ? Op.SRLW : Op.ILLEGAL;
          case 0x01 -> MULTIPLY_WORD[funct3];
          case 0x20 -> funct3 == 0 ? Op.SUBW : funct3 == 5 ? Op.SRAW : Op.ILLEGAL;
          default -> Op.ILLEGAL;
        };
    return Decoded.of(op, rd, rs1, rs2, 2, 0);
  }

  private static long amo(int funct3, int rd, int rs1, int rs2, int insn) {
    if (funct3 != 2 && funct3 != 3) {
      return ILLEGAL;
    }
    return switch (insn >>> 27) {
      case Amo.LR -> rs2 == 0 ? Decoded.of(Op.AMO, rd, rs1, rs2, 2, insn) : ILLEGAL;
      case Amo.SC,
          Amo.SWAP,
          Amo.ADD,
          Amo.XOR,
          Amo.AND,
          Amo.OR,
          Amo.MIN,
          Amo.MAX,
          Amo.MINU,
          Amo.MAXU ->
          Decoded.of(Op.AMO, rd, rs1, rs2, 2, insn);
      default -> ILLEGAL;
    };
  }

  private static long branch(int funct3, int rs1, int rs2, int insn) {
    return Decoded.of(BRANCHES[funct3], 0, rs1, rs2, 2, branchOffset(insn) >> 1);
  }

  /** Returns the S-type immediate, in bytes. */
  private static int storeOffset(int insn) {
    return insn >> 25 << 5 | insn >> 7 & 31;
  }

  /** Returns the B-type immediate, in bytes. */
  private static int branchOffset(int insn) {
    return insn >> 31 << 12
        | (insn >> 7 & 1) << 11
        | (insn >> 25 & 0x3f) << 5
        | (insn >> 8 & 15) << 1;
  }

  /** Returns the J-type immediate, in bytes. */
  private static int jumpOffset(int insn) {
    return insn >> 31 << 20
        | (insn >> 12 & 0xff) << 12
        | (insn >> 20 & 1) << 11
        | (insn >> 21 & 0x3ff) << 1;
  }

  private Decoder() {}
}
