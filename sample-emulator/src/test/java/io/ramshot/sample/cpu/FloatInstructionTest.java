package io.ramshot.sample.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Random;
import java.util.function.DoubleBinaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Java's own arithmetic, which rounds to nearest even, is the oracle for results. */
class FloatInstructionTest {

  private static final int S = 0;
  private static final int D = 1;
  private static final int RNE = 0;
  private static final int RTZ = 1;
  private static final int RDN = 2;
  private static final int RUP = 3;
  private static final int RMM = 4;
  private static final int DYN = 7;

  private static final int NX = 1;
  private static final int UF = 2;
  private static final int OF = 4;
  private static final int DZ = 8;
  private static final int NV = 16;

  private static final int RD = 5;
  private static final int RS1 = 6;
  private static final int RS2 = 7;
  private static final int RS3 = 8;

  private static final int SIGNALLING = 0x7f800001;
  private static final long SIGNALLING_D = 0x7ff0_0000_0000_0001L;
  private static final int NAN = 0x7fc00000;
  private static final long NAN_D = 0x7ff8_0000_0000_0000L;

  private TestMachine machine;

  @BeforeEach
  void enableFloats() {
    machine = new TestMachine().setCsr(Csr.MSTATUS, Csr.STATUS_FS);
    machine.set(10, TestMachine.BASE + 0x2000);
  }

  private void put(int register, double value) {
    putBits(register, Double.doubleToRawLongBits(value));
  }

  private void put(int register, float value) {
    putBits(register, Fpu.box(Float.floatToRawIntBits(value)));
  }

  private void putBits(int register, long bits) {
    machine.set(9, bits);
    machine.execute(Asm.f(0x1e, D, 0, register, 9, 0)); // fmv.d.x
  }

  private int flags() {
    int flags = (int) machine.csr(Csr.FFLAGS);
    machine.setCsr(Csr.FFLAGS, 0);
    return flags;
  }

  private static List<Double> doubles() {
    Random random = new Random(42);
    Stream<Double> special =
        Stream.of(
            0.0,
            -0.0,
            1.0,
            -1.0,
            1.5,
            3.0,
            1e308,
            -1e308,
            Double.MAX_VALUE,
            Double.MIN_VALUE,
            Double.MIN_NORMAL,
            -Double.MIN_NORMAL / 2,
            Double.POSITIVE_INFINITY,
            Double.NEGATIVE_INFINITY,
            Double.NaN,
            0.1,
            1e-300);
    return Stream.concat(
            special,
            Stream.generate(() -> Double.longBitsToDouble(random.nextLong()))
                .filter(Double::isFinite)
                .limit(12))
        .toList();
  }

  private static List<Float> floats() {
    Random random = new Random(43);
    Stream<Float> special =
        Stream.of(
            0f,
            -0f,
            1f,
            -1f,
            1.5f,
            3f,
            3e38f,
            Float.MAX_VALUE,
            Float.MIN_VALUE,
            Float.MIN_NORMAL,
            -Float.MIN_NORMAL / 2,
            Float.POSITIVE_INFINITY,
            Float.NEGATIVE_INFINITY,
            Float.NaN,
            0.1f,
            1e-30f);
    return Stream.concat(
            special,
            Stream.generate(() -> Float.intBitsToFloat(random.nextInt()))
                .filter(value -> !value.isNaN() && !value.isInfinite())
                .limit(12))
        .toList();
  }

  record Arithmetic(String name, int function, DoubleBinaryOperator oracle) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Arithmetic> arithmetic() {
    return Stream.of(
        new Arithmetic("fadd", 0, (a, b) -> a + b),
        new Arithmetic("fsub", 1, (a, b) -> a - b),
        new Arithmetic("fmul", 2, (a, b) -> a * b),
        new Arithmetic("fdiv", 3, (a, b) -> a / b),
        new Arithmetic("fsqrt", 0x0b, (a, b) -> Math.sqrt(a)));
  }

  @ParameterizedTest
  @MethodSource("arithmetic")
  void doubleArithmeticRoundsAsJavaDoes(Arithmetic test) {
    boolean unary = test.function == 0x0b;
    for (double a : doubles()) {
      for (double b : unary ? List.of(0.0) : doubles()) {
        put(RS1, a);
        put(RS2, b);
        machine.execute(Asm.f(test.function, D, RNE, RD, RS1, unary ? 0 : RS2));
        assertEquals(
            Double.doubleToLongBits(test.oracle.applyAsDouble(a, b)), machine.f(RD), a + ", " + b);
      }
    }
  }

  /** A double holds enough bits for these operations on floats to be rounded twice unharmed. */
  @ParameterizedTest
  @MethodSource("arithmetic")
  void singleArithmeticRoundsAsJavaDoes(Arithmetic test) {
    boolean unary = test.function == 0x0b;
    for (float a : floats()) {
      for (float b : unary ? List.of(0f) : floats()) {
        put(RS1, a);
        put(RS2, b);
        machine.execute(Asm.f(test.function, S, RNE, RD, RS1, unary ? 0 : RS2));
        float expected = (float) test.oracle.applyAsDouble(a, b);
        assertEquals(Fpu.box(Float.floatToIntBits(expected)), machine.f(RD), a + ", " + b);
      }
    }
  }

  @Test
  void fusedMultiplyAddsRoundOnce() {
    List<Double> values = doubles().subList(0, 20);
    for (double a : values) {
      for (double b : values) {
        for (double c : values) {
          put(RS1, a);
          put(RS2, b);
          put(RS3, c);
          machine.execute(Asm.r4(0x43, D, RD, RS1, RS2, RS3, RNE));
          String operands = a + " * " + b + " + " + c;
          assertEquals(Double.doubleToLongBits(Math.fma(a, b, c)), machine.f(RD), operands);
        }
      }
    }
  }

  @Test
  void fusedMultiplyAddsComeInFourSigns() {
    int[] opcodes = {0x43, 0x47, 0x4b, 0x4f};
    double[] expected = {7, 5, -5, -7};
    for (int i = 0; i < opcodes.length; i++) {
      put(RS1, 2.0);
      put(RS2, 3.0);
      put(RS3, 1.0);
      machine.execute(Asm.r4(opcodes[i], D, RD, RS1, RS2, RS3, DYN));
      assertEquals(Double.doubleToLongBits(expected[i]), machine.f(RD));
      put(RS1, 2f);
      put(RS2, 3f);
      put(RS3, 1f);
      machine.execute(Asm.r4(opcodes[i], S, RD, RS1, RS2, RS3, RNE));
      assertEquals(Fpu.box(Float.floatToIntBits((float) expected[i])), machine.f(RD));
    }
    assertEquals(0, flags());
  }

  @Test
  void infinityTimesZeroIsInvalidWhateverIsAdded() {
    put(RS1, Double.POSITIVE_INFINITY);
    put(RS2, 0.0);
    put(RS3, Double.NaN);
    machine.execute(Asm.r4(0x43, D, RD, RS1, RS2, RS3, RNE));
    assertEquals(NAN_D, machine.f(RD));
    assertEquals(NV, flags());
  }

  @Test
  void arithmeticRaisesFlags() {
    assertEquals(NX, flagsOf(3, 1.0, 3.0), "1/3");
    assertEquals(0, flagsOf(3, 1.0, 2.0), "1/2");
    assertEquals(DZ, flagsOf(3, 1.0, 0.0), "1/0");
    assertEquals(NV, flagsOf(3, 0.0, 0.0), "0/0");
    assertEquals(NV, flagsOf(1, Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY), "inf-inf");
    assertEquals(NV, flagsOf(2, Double.POSITIVE_INFINITY, 0.0), "inf*0");
    assertEquals(OF | NX, flagsOf(2, 1e308, 10.0), "overflow");
    assertEquals(UF | NX, flagsOf(2, Double.MIN_NORMAL, 0.1), "underflow");
    assertEquals(0, flagsOf(2, Double.MIN_NORMAL, 0.5), "exact subnormal");
    assertEquals(UF | NX, flagsOf(3, Math.nextDown(0x2p-1022), 2.0), "tiny, rounded to normal");
    assertEquals(NX, flagsOf(2, 1 - 0x1p-27, 0x1p-1022 * (1 + 0x1p-27)), "not tiny");
    assertEquals(0, flagsOf(0, Double.NaN, 1.0), "quiet NaN");
    assertEquals(NV, flagsOf(0, Double.longBitsToDouble(SIGNALLING_D), 1.0), "signalling NaN");
    assertEquals(NV, flagsOf(0x0b, -1.0, 0.0), "sqrt(-1)");
    assertEquals(NX, flagsOf(0x0b, 2.0, 0.0), "sqrt(2)");
    assertEquals(0, flagsOf(0x0b, -0.0, 0.0), "sqrt(-0)");
  }

  private int flagsOf(int function, double a, double b) {
    put(RS1, a);
    put(RS2, b);
    machine.execute(Asm.f(function, D, RNE, RD, RS1, function == 0x0b ? 0 : RS2));
    return flags();
  }

  @Test
  void everyRoundingModeRoundsItsWay() {
    // 1 + 2^-24 lies half-way between two floats, the lower one even.
    int[][] expected = {
      {RNE, 0x3f800000, 0xbf800000},
      {RTZ, 0x3f800000, 0xbf800000},
      {RDN, 0x3f800000, 0xbf800001},
      {RUP, 0x3f800001, 0xbf800000},
      {RMM, 0x3f800001, 0xbf800001}
    };
    for (int[] row : expected) {
      for (int sign = 0; sign < 2; sign++) {
        put(RS1, sign == 0 ? 1f : -1f);
        put(RS2, sign == 0 ? 0x1p-24f : -0x1p-24f);
        machine.execute(Asm.f(0, S, row[0], RD, RS1, RS2));
        assertEquals(Fpu.box(row[1 + sign]), machine.f(RD), "mode " + row[0]);
        machine.setCsr(Csr.FRM, row[0]);
        machine.execute(Asm.f(0, S, DYN, RD, RS1, RS2));
        assertEquals(Fpu.box(row[1 + sign]), machine.f(RD), "dynamic mode " + row[0]);
      }
    }
    assertEquals(NX, flags());
  }

  @Test
  void overflowGoesToTheGreatestNumberWhenRoundingTowardsZero() {
    put(RS1, Float.MAX_VALUE);
    for (int mode : new int[] {RNE, RTZ, RDN, RUP, RMM}) {
      machine.execute(Asm.f(0, S, mode, RD, RS1, RS1));
      boolean toZero = mode == RTZ || mode == RDN;
      assertEquals(Fpu.box(toZero ? 0x7f7fffff : 0x7f800000), machine.f(RD), "mode " + mode);
    }
  }

  @Test
  void cancellationIsMinusZeroOnlyWhenRoundingDown() {
    put(RS1, 1.0);
    machine.execute(Asm.f(1, D, RNE, RD, RS1, RS1));
    assertEquals(0, machine.f(RD));
    machine.execute(Asm.f(1, D, RDN, RD, RS1, RS1));
    assertEquals(Long.MIN_VALUE, machine.f(RD));
  }

  @Test
  void reservedRoundingModesAreIllegal() {
    machine.execute(Asm.f(0, D, 5, RD, RS1, RS2));
    assertEquals(Trap.ILLEGAL_INSTRUCTION, machine.csr(Csr.MCAUSE));
    machine.setCsr(Csr.MCAUSE, 0);
    machine.setCsr(Csr.FRM, 6);
    machine.execute(Asm.f(0, D, DYN, RD, RS1, RS2));
    assertEquals(Trap.ILLEGAL_INSTRUCTION, machine.csr(Csr.MCAUSE));
  }

  @Test
  void signInjectionTakesSignsOnly() {
    for (int format : new int[] {S, D}) {
      long sign = format == S ? 1L << 31 : Long.MIN_VALUE;
      long box = format == S ? -1L << 32 : 0;
      long value = box | 0x7f80_0001L;
      putBits(RS1, value);
      putBits(RS2, box | sign);
      machine.execute(Asm.f(4, format, 0, RD, RS1, RS2));
      assertEquals(value | sign, machine.f(RD), "fsgnj");
      machine.execute(Asm.f(4, format, 1, RD, RS1, RS2));
      assertEquals(value, machine.f(RD), "fsgnjn");
      putBits(RS1, value | sign);
      machine.execute(Asm.f(4, format, 2, RD, RS1, RS2));
      assertEquals(value, machine.f(RD), "fsgnjx");
    }
    assertEquals(0, flags());
  }

  @Test
  void minimumAndMaximumOrderZerosAndPreferNumbers() {
    checkExtremes(1.0, 2.0, 1.0, 2.0, 0);
    checkExtremes(0.0, -0.0, -0.0, 0.0, 0);
    checkExtremes(-2.0, -1.0, -2.0, -1.0, 0);
    checkExtremes(Double.NaN, 1.0, 1.0, 1.0, 0);
    checkExtremes(1.0, Double.longBitsToDouble(SIGNALLING_D), 1.0, 1.0, NV);
    checkExtremes(Double.NaN, Double.NaN, Double.NaN, Double.NaN, 0);
    put(RS1, -1f);
    put(RS2, 1f);
    machine.execute(Asm.f(5, S, 0, RD, RS1, RS2));
    assertEquals(Fpu.box(0xbf800000), machine.f(RD));
    machine.execute(Asm.f(5, S, 1, RD, RS1, RS2));
    assertEquals(Fpu.box(0x3f800000), machine.f(RD));
  }

  private void checkExtremes(double a, double b, double min, double max, int flags) {
    put(RS1, a);
    put(RS2, b);
    machine.execute(Asm.f(5, D, 0, RD, RS1, RS2));
    assertEquals(Double.doubleToLongBits(min), machine.f(RD));
    machine.execute(Asm.f(5, D, 1, RD, RS1, RS2));
    assertEquals(Double.doubleToLongBits(max), machine.f(RD));
    assertEquals(flags, flags());
  }

  @Test
  void comparisonsFollowJava() {
    for (double a : doubles()) {
      for (double b : doubles()) {
        put(RS1, a);
        put(RS2, b);
        assertEquals(a <= b ? 1 : 0, compare(0, D), a + " <= " + b);
        assertEquals(a < b ? 1 : 0, compare(1, D), a + " < " + b);
        assertEquals(a == b ? 1 : 0, compare(2, D), a + " == " + b);
      }
    }
    put(RS1, -1f);
    put(RS2, 1f);
    assertEquals(1, compare(0, S));
    assertEquals(1, compare(1, S));
    assertEquals(0, compare(2, S));
  }

  private long compare(int selector, int format) {
    machine.execute(Asm.f(0x14, format, selector, RD, RS1, RS2));
    return machine.x(RD);
  }

  @Test
  void onlyOrderedComparisonsRejectQuietNans() {
    put(RS1, Double.NaN);
    compare(2, D);
    assertEquals(0, flags());
    compare(1, D);
    assertEquals(NV, flags());
    compare(0, D);
    assertEquals(NV, flags());
    putBits(RS1, SIGNALLING_D);
    compare(2, D);
    assertEquals(NV, flags());
  }

  @Test
  void classifiesAllTenKinds() {
    float[] singles = {
      Float.NEGATIVE_INFINITY,
      -1f,
      -Float.MIN_VALUE,
      -0f,
      0f,
      Float.MIN_VALUE,
      1f,
      Float.POSITIVE_INFINITY,
      Float.intBitsToFloat(SIGNALLING),
      Float.NaN
    };
    for (int kind = 0; kind < singles.length; kind++) {
      putBits(RS1, Fpu.box(kind == 8 ? SIGNALLING : Float.floatToIntBits(singles[kind])));
      machine.execute(Asm.f(0x1c, S, 1, RD, RS1, 0));
      assertEquals(1L << kind, machine.x(RD));
    }
    double[] doubles = {
      Double.NEGATIVE_INFINITY,
      -1,
      -Double.MIN_VALUE,
      -0.0,
      0,
      Double.MIN_VALUE,
      1,
      Double.POSITIVE_INFINITY
    };
    for (int kind = 0; kind < doubles.length; kind++) {
      put(RS1, doubles[kind]);
      machine.execute(Asm.f(0x1c, D, 1, RD, RS1, 0));
      assertEquals(1L << kind, machine.x(RD));
    }
  }

  record ToInteger(double value, int kind, int mode, long expected, int flags) {}

  static Stream<ToInteger> toInteger() {
    long max = Long.MAX_VALUE;
    return Stream.of(
        new ToInteger(-1.5, 0, RTZ, -1, NX),
        new ToInteger(-1.5, 0, RDN, -2, NX),
        new ToInteger(2.5, 0, RNE, 2, NX),
        new ToInteger(2.5, 0, RUP, 3, NX),
        new ToInteger(2.5, 0, RMM, 3, NX),
        new ToInteger(0x1p31, 0, RTZ, Integer.MAX_VALUE, NV),
        new ToInteger(-0x1p31, 0, RTZ, Integer.MIN_VALUE, 0),
        new ToInteger(-0x1p32, 0, RTZ, Integer.MIN_VALUE, NV),
        new ToInteger(Double.NaN, 0, RTZ, Integer.MAX_VALUE, NV),
        new ToInteger(0x1p31, 1, RTZ, Integer.MIN_VALUE, 0),
        new ToInteger(-0.5, 1, RTZ, 0, NX),
        new ToInteger(-1, 1, RTZ, 0, NV),
        new ToInteger(0x1p32, 1, RTZ, -1, NV),
        new ToInteger(0x1p62, 2, RTZ, 1L << 62, 0),
        new ToInteger(0x1p63, 2, RTZ, max, NV),
        new ToInteger(Double.NEGATIVE_INFINITY, 2, RTZ, Long.MIN_VALUE, NV),
        new ToInteger(0x1p63, 3, RTZ, Long.MIN_VALUE, 0),
        new ToInteger(Double.POSITIVE_INFINITY, 3, RTZ, -1, NV),
        new ToInteger(-3, 3, RTZ, 0, NV));
  }

  @ParameterizedTest
  @MethodSource("toInteger")
  void convertsToIntegersSaturating(ToInteger test) {
    put(RS1, test.value);
    machine.execute(Asm.f(0x18, D, test.mode, RD, RS1, test.kind));
    assertEquals(test.expected, machine.x(RD));
    assertEquals(test.flags, flags());
    put(RS1, (float) test.value);
    machine.execute(Asm.f(0x18, S, test.mode, RD, RS1, test.kind));
    assertEquals(test.expected, machine.x(RD));
    assertEquals(test.flags, flags());
  }

  @Test
  void convertsFromIntegers() {
    machine.set(RS1, 0xffff_ffff_ffff_fffeL);
    double[] expected = {-2, 0xffff_fffeL, -2, 0x1p64};
    for (int kind = 0; kind < 4; kind++) {
      machine.execute(Asm.f(0x1a, D, RNE, RD, RS1, kind));
      assertEquals(Double.doubleToLongBits(expected[kind]), machine.f(RD));
      machine.execute(Asm.f(0x1a, S, RNE, RD, RS1, kind));
      assertEquals(Fpu.box(Float.floatToIntBits((float) expected[kind])), machine.f(RD));
    }
    assertEquals(NX, flags());
  }

  @Test
  void convertsBetweenFormats() {
    for (double value : doubles()) {
      put(RS1, value);
      machine.execute(Asm.f(8, S, RNE, RD, RS1, D));
      assertEquals(Fpu.box(Float.floatToIntBits((float) value)), machine.f(RD));
    }
    flags();
    for (float value : floats()) {
      put(RS1, value);
      machine.execute(Asm.f(8, D, RNE, RD, RS1, S));
      assertEquals(Double.doubleToLongBits(value), machine.f(RD));
    }
    assertEquals(0, flags());
    putBits(RS1, SIGNALLING_D);
    machine.execute(Asm.f(8, S, RNE, RD, RS1, D));
    assertEquals(Fpu.box(NAN), machine.f(RD));
    assertEquals(NV, flags());
  }

  @Test
  void movesCopyBits() {
    machine.set(RS1, 0x1234_5678_8765_4321L);
    machine.execute(Asm.f(0x1e, S, 0, RD, RS1, 0));
    assertEquals(Fpu.box(0x8765_4321), machine.f(RD));
    machine.execute(Asm.f(0x1c, S, 0, RS2, RD, 0));
    assertEquals(0xffff_ffff_8765_4321L, machine.x(RS2));
    machine.execute(Asm.f(0x1e, D, 0, RD, RS1, 0));
    machine.execute(Asm.f(0x1c, D, 0, RS2, RD, 0));
    assertEquals(0x1234_5678_8765_4321L, machine.x(RS2));
  }

  @Test
  void aSingleThatIsNotBoxedIsANan() {
    putBits(RS1, 0x3f80_0000L);
    put(RS2, 1f);
    machine.execute(Asm.f(0, S, RNE, RD, RS1, RS2));
    assertEquals(Fpu.box(NAN), machine.f(RD));
    assertEquals(0, flags());
  }

  @Test
  void loadsBoxAndStoresUnbox() {
    machine.ram.store8(0x2000, 0x1234_5678_3f80_0000L);
    machine.execute(Asm.i(0x07, 2, 0, 10, 0)); // flw f0
    assertEquals(Fpu.box(0x3f80_0000), machine.f(0));
    machine.execute(Asm.i(0x07, 3, RD, 10, 0)); // fld
    assertEquals(0x1234_5678_3f80_0000L, machine.f(RD));
    machine.execute(Asm.s(0x27, 3, 10, RD, 8)); // fsd
    assertEquals(0x1234_5678_3f80_0000L, machine.ram.load8(0x2008));
    machine.execute(Asm.s(0x27, 2, 10, RD, 16)); // fsw
    assertEquals(0x3f80_0000L, machine.ram.load8(0x2010));
  }

  @Test
  void compressedLoadsAndStoresReachDoubles() {
    machine.ram.store8(0x2008, 77);
    machine.execute(0x2504); // c.fld f9, 8(x10)
    assertEquals(77, machine.f(9));
    machine.execute(0xa904); // c.fsd f9, 16(x10)
    assertEquals(77, machine.ram.load8(0x2010));
    machine.set(2, TestMachine.BASE + 0x2000);
    machine.execute(0x22a2); // c.fldsp f5, 8(sp)
    assertEquals(77, machine.f(5));
    machine.execute(0xac16); // c.fsdsp f5, 24(sp)
    assertEquals(77, machine.ram.load8(0x2018));
  }

  @Test
  void everythingIsIllegalWhileFloatsAreOff() {
    machine.setCsr(Csr.MSTATUS, 0);
    int[] instructions = {
      Asm.f(0, D, RNE, RD, RS1, RS2),
      Asm.r4(0x43, D, RD, RS1, RS2, RS3, RNE),
      Asm.i(0x07, 3, RD, 10, 0),
      Asm.s(0x27, 3, 10, RD, 0),
      Asm.csrrs(RD, Csr.FCSR, 0)
    };
    for (int instruction : instructions) {
      machine.setCsr(Csr.MCAUSE, 0);
      machine.execute(instruction);
      assertEquals(Trap.ILLEGAL_INSTRUCTION, machine.csr(Csr.MCAUSE));
      assertEquals(instruction & 0xffff_ffffL, machine.csr(Csr.MTVAL));
    }
  }

  @Test
  void writingARegisterMarksTheStateDirty() {
    machine.setCsr(Csr.MSTATUS, 1L << 13);
    machine.execute(Asm.f(0x1c, D, 0, RD, RS1, 0));
    assertEquals(1L << 13, machine.csr(Csr.MSTATUS) & Csr.STATUS_FS);
    machine.execute(Asm.f(0x1e, D, 0, RD, RS1, 0));
    long status = machine.csr(Csr.MSTATUS);
    assertEquals(Csr.STATUS_FS | Csr.STATUS_SD, status & (Csr.STATUS_FS | Csr.STATUS_SD));
  }
}
