package io.ramshot.sample.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class MemoryInstructionTest {

  private static final int RD = 5;
  private static final int RS1 = 6;
  private static final int RS2 = 7;
  private static final long DATA = TestMachine.BASE + 0x2000;
  private static final long PATTERN = 0xf1e2_d3c4_b5a6_9788L;

  private final TestMachine machine = new TestMachine();

  private long load(int instruction, long pattern) {
    machine.ram.store8(0x2000, pattern);
    machine.set(RS1, DATA - 8);
    // Twice: the first time fills the translation cache, the second time hits it.
    machine.execute(instruction);
    long first = machine.x(RD);
    machine.set(RD, 0);
    machine.execute(instruction);
    assertEquals(first, machine.x(RD));
    return first;
  }

  @Test
  void loadsExtendAsNamed() {
    assertEquals((byte) PATTERN, load(Asm.load(0, RD, RS1, 8), PATTERN), "lb");
    assertEquals((short) PATTERN, load(Asm.load(1, RD, RS1, 8), PATTERN), "lh");
    assertEquals((int) PATTERN, load(Asm.load(2, RD, RS1, 8), PATTERN), "lw");
    assertEquals(PATTERN, load(Asm.load(3, RD, RS1, 8), PATTERN), "ld");
    assertEquals(PATTERN & 0xff, load(Asm.loadUnsigned(0, RD, RS1, 8), PATTERN), "lbu");
    assertEquals(PATTERN & 0xffff, load(Asm.loadUnsigned(1, RD, RS1, 8), PATTERN), "lhu");
    assertEquals(PATTERN & 0xffff_ffffL, load(Asm.loadUnsigned(2, RD, RS1, 8), PATTERN), "lwu");
  }

  @Test
  void storesTouchTheirBytesOnly() {
    long[] expected = {
      0x1111_1111_1111_1188L, 0x1111_1111_1111_9788L, 0x1111_1111_b5a6_9788L, PATTERN
    };
    for (int log2 = 0; log2 < 4; log2++) {
      for (int time = 0; time < 2; time++) {
        machine.ram.store8(0x2000, 0x1111_1111_1111_1111L);
        machine.set(RS1, DATA + 16).set(RS2, PATTERN);
        machine.execute(Asm.store(log2, RS1, RS2, -16));
        assertEquals(expected[log2], machine.ram.load8(0x2000), "2^" + log2 + " bytes");
      }
    }
  }

  @Test
  void misalignedAccessesWorkWithinAndAcrossPages() {
    for (long offset : new long[] {0x2001, 0x2005, 0x2ff9, 0x2ffd, 0x2fff}) {
      for (int log2 = 1; log2 < 4; log2++) {
        long mask = log2 == 3 ? -1 : (1L << (8 << log2)) - 1;
        machine.set(RS1, TestMachine.BASE + offset).set(RS2, PATTERN);
        machine.execute(Asm.store(log2, RS1, RS2, 0));
        int load = log2 == 3 ? Asm.load(log2, RD, RS1, 0) : Asm.loadUnsigned(log2, RD, RS1, 0);
        machine.execute(load);
        assertEquals(PATTERN & mask, machine.x(RD), "2^" + log2 + " bytes at " + offset);
        for (int i = 0; i < 1 << log2; i++) {
          assertEquals((byte) (PATTERN >> 8 * i), machine.ram.load1(offset + i));
        }
      }
    }
  }

  @Test
  void accessesOutsideMemoryFault() {
    for (long address : new long[] {0, 0x7fff_fff8L, TestMachine.BASE + TestMachine.SIZE, -8}) {
      machine.set(RS1, address);
      machine.execute(Asm.load(3, RD, RS1, 0));
      assertEquals(Trap.LOAD_ACCESS_FAULT, machine.csr(Csr.MCAUSE));
      assertEquals(address, machine.csr(Csr.MTVAL));
      machine.execute(Asm.store(3, RS1, RS2, 0));
      assertEquals(Trap.STORE_ACCESS_FAULT, machine.csr(Csr.MCAUSE));
      assertEquals(address, machine.csr(Csr.MTVAL));
    }
  }

  @Test
  void aStoreThatFaultsHalfWayChangesNothing() {
    long last = TestMachine.BASE + TestMachine.SIZE - 4;
    machine.set(RS1, last).set(RS2, -1);
    machine.execute(Asm.store(3, RS1, RS2, 0));
    assertEquals(Trap.STORE_ACCESS_FAULT, machine.csr(Csr.MCAUSE));
    assertEquals(last + 4, machine.csr(Csr.MTVAL));
    assertEquals(0, machine.ram.load4(TestMachine.SIZE - 4));
  }

  @Test
  void fetchingOutsideMemoryFaults() {
    machine.hart.jump(0x4000_0000);
    machine.run(1);
    assertEquals(Trap.INSTRUCTION_ACCESS_FAULT, machine.csr(Csr.MCAUSE));
    assertEquals(0x4000_0000, machine.csr(Csr.MEPC));
    assertEquals(0x4000_0000, machine.csr(Csr.MTVAL));
  }
}
