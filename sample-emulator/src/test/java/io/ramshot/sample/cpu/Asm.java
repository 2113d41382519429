package io.ramshot.sample.cpu;

/** Encodes instructions, independently of the decoder under test. */
public final class Asm {

  public static final int NOP = 0x13;
  public static final int ECALL = 0x73;
  public static final int EBREAK = 0x100073;
  public static final int MRET = 0x30200073;
  public static final int SRET = 0x10200073;
  public static final int WFI = 0x10500073;
  public static final int FENCE = 0x0ff0000f;
  public static final int FENCE_I = 0x100f;
  public static final int SFENCE_VMA = 0x12000073;

  /** R-type: two source registers. */
  static int r(int opcode, int funct3, int funct7, int rd, int rs1, int rs2) {
    return funct7 << 25 | rs2 << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | opcode;
  }

  /** R4-type: three source registers, as fused multiply-adds have. */
  static int r4(int opcode, int format, int rd, int rs1, int rs2, int rs3, int mode) {
    return rs3 << 27 | format << 25 | rs2 << 20 | rs1 << 15 | mode << 12 | rd << 7 | opcode;
  }

  /** I-type: a 12-bit immediate. */
  public static int i(int opcode, int funct3, int rd, int rs1, int immediate) {
    return immediate << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | opcode;
  }

  /** S-type: a store's 12-bit offset. */
  static int s(int opcode, int funct3, int rs1, int rs2, int offset) {
    return (offset >> 5 & 0x7f) << 25
        | rs2 << 20
        | rs1 << 15
        | funct3 << 12
        | (offset & 31) << 7
        | opcode;
  }

  /** B-type: a branch to pc + offset bytes. */
  public static int branch(int funct3, int rs1, int rs2, int offset) {
    return (offset >> 12 & 1) << 31
        | (offset >> 5 & 0x3f) << 25
        | rs2 << 20
        | rs1 << 15
        | funct3 << 12
        | (offset >> 1 & 15) << 8
        | (offset >> 11 & 1) << 7
        | 0x63;
  }

  public static int lui(int rd, int upper) {
    return upper << 12 | rd << 7 | 0x37;
  }

  static int auipc(int rd, int upper) {
    return upper << 12 | rd << 7 | 0x17;
  }

  /** A jump to pc + offset bytes. */
  public static int jal(int rd, int offset) {
    return (offset >> 20 & 1) << 31
        | (offset >> 1 & 0x3ff) << 21
        | (offset >> 11 & 1) << 20
        | (offset >> 12 & 0xff) << 12
        | rd << 7
        | 0x6f;
  }

  static int jalr(int rd, int rs1, int offset) {
    return i(0x67, 0, rd, rs1, offset);
  }

  public static int addi(int rd, int rs1, int immediate) {
    return i(0x13, 0, rd, rs1, immediate);
  }

  public static int slli(int rd, int rs1, int amount) {
    return i(0x13, 1, rd, rs1, amount);
  }

  public static int add(int rd, int rs1, int rs2) {
    return r(0x33, 0, 0, rd, rs1, rs2);
  }

  /** A load of 2^log2 bytes, sign-extended. */
  public static int load(int log2, int rd, int rs1, int offset) {
    return i(0x03, log2, rd, rs1, offset);
  }

  /** A load of 2^log2 bytes, zero-extended. */
  static int loadUnsigned(int log2, int rd, int rs1, int offset) {
    return i(0x03, log2 | 4, rd, rs1, offset);
  }

  /** A store of 2^log2 bytes. */
  public static int store(int log2, int rs1, int rs2, int offset) {
    return s(0x23, log2, rs1, rs2, offset);
  }

  /** An A instruction on 2^log2 bytes. */
  static int atomic(int function, int log2, int rd, int rs1, int rs2) {
    return r(0x2f, log2, function << 2, rd, rs1, rs2);
  }

  public static int csrrw(int rd, int number, int rs1) {
    return i(0x73, 1, rd, rs1, number);
  }

  public static int csrrs(int rd, int number, int rs1) {
    return i(0x73, 2, rd, rs1, number);
  }

  static int csrrc(int rd, int number, int rs1) {
    return i(0x73, 3, rd, rs1, number);
  }

  /** An F or D operation; the format is 0 for single, 1 for double. */
  static int f(int function, int format, int mode, int rd, int rs1, int rs2) {
    return r(0x53, mode, function << 2 | format, rd, rs1, rs2);
  }

  private Asm() {}
}
