package io.ramshot.sample.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AtomicInstructionTest {

  private static final int RD = 5;
  private static final int RS1 = 6;
  private static final int RS2 = 7;
  private static final long DATA = TestMachine.BASE + 0x2000;
  private static final int LR = 2;
  private static final int SC = 3;

  private final TestMachine machine = new TestMachine().set(RS1, DATA);

  record Case(String name, int function, long memory, long register, long expected) {}

  static Stream<Case> cases() {
    return Stream.of(
        new Case("amoswap", 0x01, 5, -9, -9),
        new Case("amoadd", 0x00, 5, -9, -4),
        new Case("amoxor", 0x04, 0b1100, 0b1010, 0b0110),
        new Case("amoand", 0x0c, 0b1100, 0b1010, 0b1000),
        new Case("amoor", 0x08, 0b1100, 0b1010, 0b1110),
        new Case("amomin of register", 0x10, 5, -9, -9),
        new Case("amomin of memory", 0x10, -9, 5, -9),
        new Case("amomax of register", 0x14, -9, 5, 5),
        new Case("amomax of memory", 0x14, 5, -9, 5),
        new Case("amominu of register", 0x18, -9, 5, 5),
        new Case("amominu of memory", 0x18, 5, -9, 5),
        new Case("amomaxu of register", 0x1c, 5, -9, -9),
        new Case("amomaxu of memory", 0x1c, -9, 5, -9));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void amoStoresTheResultAndReturnsTheOldValue(Case test) {
    machine.ram.store8(0x2000, test.memory);
    machine.set(RS2, test.register);
    machine.execute(Asm.atomic(test.function, 3, RD, RS1, RS2));
    assertEquals(test.memory, machine.x(RD));
    assertEquals(test.expected, machine.ram.load8(0x2000));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void amoOnWordsIgnoresUpperHalves(Case test) {
    machine.ram.store4(0x2000, (int) test.memory);
    machine.ram.store4(0x2004, 0x1234);
    machine.set(RS2, test.register & 0xffff_ffffL | 0x77L << 32);
    machine.execute(Asm.atomic(test.function, 2, RD, RS1, RS2));
    assertEquals(test.memory, machine.x(RD));
    assertEquals((int) test.expected, machine.ram.load4(0x2000));
    assertEquals(0x1234, machine.ram.load4(0x2004));
  }

  @Test
  void scStoresOnceAfterLr() {
    for (int log2 = 2; log2 < 4; log2++) {
      machine.ram.store8(0x2000, -2);
      machine.set(RS2, 42);
      machine.execute(Asm.atomic(LR, log2, RD, RS1, 0));
      assertEquals(-2, machine.x(RD));
      machine.execute(Asm.atomic(SC, log2, RD, RS1, RS2));
      assertEquals(0, machine.x(RD));
      assertEquals(42, machine.ram.load4(0x2000));
      machine.set(RS2, 43);
      machine.execute(Asm.atomic(SC, log2, RD, RS1, RS2));
      assertEquals(1, machine.x(RD));
      assertEquals(42, machine.ram.load4(0x2000));
    }
  }

  @Test
  void scFailsElsewhere() {
    machine.execute(Asm.atomic(LR, 3, RD, RS1, 0));
    machine.set(RS1, DATA + 8).set(RS2, 42);
    machine.execute(Asm.atomic(SC, 3, RD, RS1, RS2));
    assertEquals(1, machine.x(RD));
    assertEquals(0, machine.ram.load8(0x2008));
  }

  @Test
  void scFailsAfterATrap() {
    machine.execute(Asm.atomic(LR, 3, RD, RS1, 0));
    machine.execute(Asm.ECALL);
    machine.execute(Asm.atomic(SC, 3, RD, RS1, RS2));
    assertEquals(1, machine.x(RD));
  }

  @Test
  void misalignedAtomicsTrap() {
    machine.set(RS1, DATA + 2);
    machine.execute(Asm.atomic(LR, 2, RD, RS1, 0));
    assertEquals(Trap.LOAD_MISALIGNED, machine.csr(Csr.MCAUSE));
    machine.execute(Asm.atomic(SC, 2, RD, RS1, RS2));
    assertEquals(Trap.STORE_MISALIGNED, machine.csr(Csr.MCAUSE));
    machine.execute(Asm.atomic(0, 3, RD, RS1, RS2));
    assertEquals(Trap.STORE_MISALIGNED, machine.csr(Csr.MCAUSE));
    assertEquals(DATA + 2, machine.csr(Csr.MTVAL));
  }

  @Test
  void atomicsOutsideRamFault() {
    machine.set(RS1, 0x1000);
    machine.execute(Asm.atomic(LR, 3, RD, RS1, 0));
    assertEquals(Trap.LOAD_ACCESS_FAULT, machine.csr(Csr.MCAUSE));
    machine.execute(Asm.atomic(0, 3, RD, RS1, RS2));
    assertEquals(Trap.STORE_ACCESS_FAULT, machine.csr(Csr.MCAUSE));
  }
}
