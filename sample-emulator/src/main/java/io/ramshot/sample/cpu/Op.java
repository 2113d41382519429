package io.ramshot.sample.cpu;

/**
 * What a decoded instruction does: the interpreter switches over these.
 *
 * <p>The numbers are dense from 0 up, so that the switch becomes a jump table. {@link #DECODE} is
 * 0, so that a fresh page of decoded instructions needs no filling.
 */
final class Op {

  /** Nothing decoded here yet. */
  static final int DECODE = 0;

  static final int ILLEGAL = 1;
  static final int LUI = 2;
  static final int AUIPC = 3;
  static final int JAL = 4;
  static final int JALR = 5;
  static final int BEQ = 6;
  static final int BNE = 7;
  static final int BLT = 8;
  static final int BGE = 9;
  static final int BLTU = 10;
  static final int BGEU = 11;
  static final int LB = 12;
  static final int LH = 13;
  static final int LW = 14;
  static final int LD = 15;
  static final int LBU = 16;
  static final int LHU = 17;
  static final int LWU = 18;
  static final int SB = 19;
  static final int SH = 20;
  static final int SW = 21;
  static final int SD = 22;
  static final int ADDI = 23;
  static final int SLTI = 24;
  static final int SLTIU = 25;
  static final int XORI = 26;
  static final int ORI = 27;
  static final int ANDI = 28;
  static final int SLLI = 29;
  static final int SRLI = 30;
  static final int SRAI = 31;
  static final int ADDIW = 32;
  static final int SLLIW = 33;
  static final int SRLIW = 34;
  static final int SRAIW = 35;
  static final int ADD = 36;
  static final int SUB = 37;
  static final int SLL = 38;
  static final int SLT = 39;
  static final int SLTU = 40;
  static final int XOR = 41;
  static final int SRL = 42;
  static final int SRA = 43;
  static final int OR = 44;
  static final int AND = 45;
  static final int ADDW = 46;
  static final int SUBW = 47;
  static final int SLLW = 48;
  static final int SRLW = 49;
  static final int SRAW = 50;
  static final int MUL = 51;
  static final int MULW = 52;
  static final int MULH = 53;
  static final int MULHSU = 54;
  static final int MULHU = 55;
  static final int DIV = 56;
  static final int DIVU = 57;
  static final int REM = 58;
  static final int REMU = 59;
  static final int DIVW = 60;
  static final int DIVUW = 61;
  static final int REMW = 62;
  static final int REMUW = 63;

  /** Nothing to do: one hart, memory in order. */
  static final int FENCE = 64;

  static final int FENCE_I = 65;

  /** LR, SC and all AMOs; the immediate is the instruction. */
  static final int AMO = 66;

  /** FLW and FLD; register 2 tells the size in bytes. */
  static final int FLOAD = 67;

  /** FSW and FSD; the destination register's field tells the size in bytes. */
  static final int FSTORE = 68;

  /** Whatever else F and D add; the immediate is the instruction. */
  static final int FLOAT = 69;

  /** Environment calls, returns, CSR accesses; the immediate is the instruction. */
  static final int SYSTEM = 70;

  private Op() {}
}
