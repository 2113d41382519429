package io.ramshot.sample.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class IntegerInstructionTest {

  private static final int RD = 5;
  private static final int RS1 = 6;
  private static final int RS2 = 7;
  private static final long MIN = Long.MIN_VALUE;
  private static final long MAX = Long.MAX_VALUE;
  private static final long INT_MIN = Integer.MIN_VALUE;
  private static final long INT_MAX = Integer.MAX_VALUE;
  private static final long PATTERN = 0x8123_4567_89ab_cdefL;

  record Case(String name, int instruction, long a, long b, long expected) {
    @Override
    public String toString() {
      return "%s %x, %x".formatted(name, a, b);
    }
  }

  private static Case reg(String name, int f3, int f7, long a, long b, long expected) {
    return new Case(name, Asm.r(0x33, f3, f7, RD, RS1, RS2), a, b, expected);
  }

  private static Case word(String name, int f3, int f7, long a, long b, long expected) {
    return new Case(name, Asm.r(0x3b, f3, f7, RD, RS1, RS2), a, b, expected);
  }

  private static Case imm(String name, int f3, long a, int immediate, long expected) {
    return new Case(name, Asm.i(0x13, f3, RD, RS1, immediate), a, immediate, expected);
  }

  private static Case immWord(String name, int f3, long a, int immediate, long expected) {
    return new Case(name, Asm.i(0x1b, f3, RD, RS1, immediate), a, immediate, expected);
  }

  static Stream<Case> cases() {
    return Stream.of(
        reg("add", 0, 0, 3, 4, 7),
        reg("add wraps", 0, 0, MAX, 1, MIN),
        reg("sub", 0, 0x20, 3, 4, -1),
        reg("sub wraps", 0, 0x20, MIN, 1, MAX),
        reg("sll", 1, 0, 1, 63, MIN),
        reg("sll takes 6 bits", 1, 0, 1, 64, 1),
        reg("slt signed", 2, 0, -1, 0, 1),
        reg("slt not", 2, 0, 0, -1, 0),
        reg("slt equal", 2, 0, 5, 5, 0),
        reg("sltu", 3, 0, 0, -1, 1),
        reg("sltu not", 3, 0, -1, 0, 0),
        reg("xor", 4, 0, 0b1100, 0b1010, 0b0110),
        reg("srl", 5, 0, MIN, 63, 1),
        reg("srl takes 6 bits", 5, 0, MIN, 127, 1),
        reg("sra", 5, 0x20, MIN, 63, -1),
        reg("sra positive", 5, 0x20, MAX, 62, 1),
        reg("or", 6, 0, 0b1100, 0b1010, 0b1110),
        reg("and", 7, 0, 0b1100, 0b1010, 0b1000),
        imm("addi", 0, 5, -6, -1),
        imm("addi greatest", 0, 0, 2047, 2047),
        imm("addi least", 0, 0, -2048, -2048),
        imm("slli", 1, 3, 63, MIN),
        imm("slti", 2, -2, -1, 1),
        imm("slti not", 2, -1, -1, 0),
        imm("sltiu extends the sign first", 3, 5, -1, 1),
        imm("sltiu not", 3, -1, -1, 0),
        imm("xori", 4, PATTERN, -1, ~PATTERN),
        imm("srli", 5, MIN, 60, 8),
        imm("srai", 5, MIN, 60 | 0x400, -8),
        imm("ori", 6, 0x100, 0xf, 0x10f),
        imm("andi", 7, PATTERN, 0xff, 0xef),
        immWord("addiw", 0, INT_MAX, 1, INT_MIN),
        immWord("addiw extends the sign", 0, 0xffff_ffffL, 0, -1),
        immWord("slliw", 1, 1, 31, INT_MIN),
        immWord("slliw drops the upper half", 1, PATTERN, 0, (int) PATTERN),
        immWord("srliw", 5, 0xffff_ffff_8000_0000L, 31, 1),
        immWord("srliw by 0 extends the sign", 5, 0x8000_0000L, 0, INT_MIN),
        immWord("sraiw", 5, 0x8000_0000L, 31 | 0x400, -1),
        word("addw", 0, 0, INT_MAX, 1, INT_MIN),
        word("addw ignores upper halves", 0, 0, 1L << 32, 5L << 40 | 2, 2),
        word("subw", 0, 0x20, INT_MIN, 1, INT_MAX),
        word("sllw takes 5 bits", 1, 0, 1, 33, 2),
        word("sllw extends the sign", 1, 0, 1, 31, INT_MIN),
        word("srlw", 5, 0, -1, 28, 15),
        word("srlw by 0 extends the sign", 5, 0, 0x8000_0000L, 32, INT_MIN),
        word("sraw", 5, 0x20, 0x8000_0000L, 4, INT_MIN >> 4),
        reg("mul", 0, 1, -3, 7, -21),
        reg("mul keeps the low half", 0, 1, PATTERN, 0x1_0000_0001L, PATTERN * 0x1_0000_0001L),
        reg("mulh", 1, 1, MIN, MIN, 1L << 62),
        reg("mulh of signs", 1, 1, -1, 1, -1),
        reg("mulhsu", 2, 1, -1, -1, -1),
        reg("mulhsu positive", 2, 1, 2, MIN, 1),
        reg("mulhsu least", 2, 1, MIN, -1, MIN),
        reg("mulhu", 3, 1, -1, -1, -2),
        reg("mulhu of sign bits", 3, 1, MIN, 2, 1),
        reg("div", 4, 1, -7, 2, -3),
        reg("div by zero", 4, 1, 42, 0, -1),
        reg("div overflow", 4, 1, MIN, -1, MIN),
        reg("divu", 5, 1, -1, 2, MAX),
        reg("divu by zero", 5, 1, 42, 0, -1),
        reg("rem", 6, 1, -7, 2, -1),
        reg("rem by zero", 6, 1, -42, 0, -42),
        reg("rem overflow", 6, 1, MIN, -1, 0),
        reg("remu", 7, 1, -1, 10, 5),
        reg("remu by zero", 7, 1, -42, 0, -42),
        word("mulw", 0, 1, INT_MIN, 3, INT_MIN),
        word("divw", 4, 1, -7, 2, -3),
        word("divw by zero", 4, 1, 42, 1L << 32, -1),
        word("divw overflow", 4, 1, INT_MIN, -1, INT_MIN),
        word("divuw", 5, 1, -1, 1, -1),
        word("divuw by zero", 5, 1, 42, 0, -1),
        word("divuw unsigned", 5, 1, -1, 2, INT_MAX),
        word("remw", 6, 1, -7, 2, -1),
        word("remw by zero", 6, 1, 0x8000_0001L, 0, INT_MIN + 1),
        word("remw overflow", 6, 1, INT_MIN, -1, 0),
        word("remuw", 7, 1, -1, 10, 5),
        word("remuw by zero", 7, 1, 0xffff_fff0L, 0, -16),
        new Case("lui", Asm.lui(RD, 0x12345), 0, 0, 0x1234_5000),
        new Case("lui extends the sign", Asm.lui(RD, 0x80000), 0, 0, INT_MIN));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void computesWhatTheManualSays(Case test) {
    TestMachine machine = new TestMachine();
    machine.set(RS1, test.a).set(RS2, test.b).set(RD, 0x5555);
    long at = machine.execute(test.instruction);
    assertEquals(test.expected, machine.x(RD));
    assertEquals(at + 4, machine.hart.pc());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void neverWritesToX0(Case test) {
    TestMachine machine = new TestMachine();
    machine.set(RS1, test.a).set(RS2, test.b);
    machine.execute(test.instruction & ~(31 << 7));
    assertEquals(0, machine.x(0));
  }

  @Test
  void sourceAndDestinationMayBeTheSame() {
    TestMachine machine = new TestMachine().set(RD, 21);
    machine.execute(Asm.add(RD, RD, RD));
    assertEquals(42, machine.x(RD));
  }

  @Test
  void auipcAddsToItsOwnAddress() {
    TestMachine machine = new TestMachine();
    long at = machine.execute(Asm.auipc(RD, 1));
    assertEquals(at + 0x1000, machine.x(RD));
    at = machine.execute(Asm.auipc(RD, 0xfffff));
    assertEquals(at - 0x1000, machine.x(RD));
  }

  @Test
  void jalLinksAndJumpsBothWays() {
    for (int offset : new int[] {8, -8, 0xffffe, -0x100000, 4094, -4096}) {
      TestMachine machine = new TestMachine();
      long at = machine.execute(Asm.jal(RD, offset));
      assertEquals(at + 4, machine.x(RD));
      assertEquals(at + offset, machine.hart.pc());
    }
  }

  @Test
  void jalrClearsTheLowestBitAndReadsItsBaseFirst() {
    TestMachine machine = new TestMachine().set(RD, TestMachine.BASE + 0x103);
    long at = machine.execute(Asm.jalr(RD, RD, -2));
    assertEquals(at + 4, machine.x(RD));
    assertEquals(TestMachine.BASE + 0x100, machine.hart.pc());
  }

  @Test
  void jalrGoesOnInAnotherPageAtOnce() {
    long target = TestMachine.BASE + 0x5ffc;
    TestMachine machine = new TestMachine().set(RS1, target);
    machine.put(TestMachine.BASE, Asm.jalr(0, RS1, 0));
    machine.put(target, Asm.addi(RD, 0, 1), Asm.addi(RD, RD, 1));
    machine.hart.jump(TestMachine.BASE);
    machine.run(3);
    assertEquals(2, machine.x(RD));
    assertEquals(target + 8, machine.hart.pc());
  }

  record Branch(String name, int funct3, long a, long b, boolean taken) {}

  static Stream<Branch> branches() {
    return Stream.of(
        new Branch("beq", 0, 5, 5, true),
        new Branch("beq not", 0, 5, 6, false),
        new Branch("bne", 1, 5, 6, true),
        new Branch("bne not", 1, 5, 5, false),
        new Branch("blt", 4, -1, 0, true),
        new Branch("blt not", 4, 0, -1, false),
        new Branch("blt equal", 4, 1, 1, false),
        new Branch("bge", 5, 0, -1, true),
        new Branch("bge equal", 5, 1, 1, true),
        new Branch("bge not", 5, -1, 0, false),
        new Branch("bltu", 6, 0, -1, true),
        new Branch("bltu not", 6, -1, 0, false),
        new Branch("bltu equal", 6, -1, -1, false),
        new Branch("bgeu", 7, -1, 0, true),
        new Branch("bgeu equal", 7, -1, -1, true),
        new Branch("bgeu not", 7, 0, -1, false));
  }

  @ParameterizedTest
  @MethodSource("branches")
  void branchesBothWaysIfTaken(Branch branch) {
    for (int offset : new int[] {4094, -4096, 16, -16}) {
      TestMachine machine = new TestMachine().set(RS1, branch.a).set(RS2, branch.b);
      long at = machine.execute(Asm.branch(branch.funct3, RS1, RS2, offset));
      assertEquals(at + (branch.taken ? offset : 4), machine.hart.pc());
    }
  }

  @Test
  void fenceDoesNothing() {
    TestMachine machine = new TestMachine();
    long at = machine.execute(Asm.FENCE);
    assertEquals(at + 4, machine.hart.pc());
  }

  @Test
  void fenceIMakesStoredCodeVisible() {
    TestMachine machine = new TestMachine();
    machine.put(TestMachine.BASE, Asm.addi(RD, 0, 1));
    machine.hart.jump(TestMachine.BASE);
    machine.run(1);
    assertEquals(1, machine.x(RD));
    machine.put(TestMachine.BASE, Asm.addi(RD, 0, 2));
    machine.execute(Asm.FENCE_I);
    machine.hart.jump(TestMachine.BASE);
    machine.run(1);
    assertEquals(2, machine.x(RD));
  }

  @Test
  void anInstructionMayCrossAPage() {
    TestMachine machine = new TestMachine();
    long at = TestMachine.BASE + 0xffe;
    machine.put(at, Asm.lui(RD, 0x12345), Asm.addi(RD, RD, 1));
    machine.hart.jump(at);
    machine.run(2);
    assertEquals(0x1234_5001, machine.x(RD));
    assertEquals(at + 8, machine.hart.pc());
  }
}
