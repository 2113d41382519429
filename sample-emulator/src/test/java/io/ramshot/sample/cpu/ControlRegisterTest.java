package io.ramshot.sample.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ControlRegisterTest {

  private static final int RD = 5;
  private static final int RS1 = 6;

  private final TestMachine machine = new TestMachine();

  @Test
  void readWriteSwaps() {
    machine.setCsr(Csr.MSCRATCH, 11).set(RS1, 22);
    machine.execute(Asm.csrrw(RD, Csr.MSCRATCH, RS1));
    assertEquals(11, machine.x(RD));
    assertEquals(22, machine.csr(Csr.MSCRATCH));
    machine.execute(Asm.csrrw(RS1, Csr.MSCRATCH, RS1));
    assertEquals(22, machine.x(RS1));
  }

  @Test
  void setAndClearChangeTheirBits() {
    machine.setCsr(Csr.MSCRATCH, 0b1100).set(RS1, 0b1010);
    machine.execute(Asm.csrrs(RD, Csr.MSCRATCH, RS1));
    assertEquals(0b1100, machine.x(RD));
    assertEquals(0b1110, machine.csr(Csr.MSCRATCH));
    machine.execute(Asm.csrrc(RD, Csr.MSCRATCH, RS1));
    assertEquals(0b1110, machine.x(RD));
    assertEquals(0b0100, machine.csr(Csr.MSCRATCH));
  }

  @Test
  void immediateFormsTakeFiveUnsignedBits() {
    machine.execute(Asm.i(0x73, 5, RD, 31, Csr.MSCRATCH)); // csrrwi
    assertEquals(31, machine.csr(Csr.MSCRATCH));
    machine.execute(Asm.i(0x73, 7, RD, 3, Csr.MSCRATCH)); // csrrci
    assertEquals(28, machine.csr(Csr.MSCRATCH));
    machine.execute(Asm.i(0x73, 6, RD, 1, Csr.MSCRATCH)); // csrrsi
    assertEquals(28, machine.x(RD));
    assertEquals(29, machine.csr(Csr.MSCRATCH));
  }

  @Test
  void readOnlyRegistersCanBeReadOnly() {
    machine.execute(Asm.csrrs(RD, Csr.MHARTID, 0));
    assertEquals(0, machine.csr(Csr.MCAUSE));
    machine.execute(Asm.csrrs(RD, Csr.MHARTID, RS1));
    assertEquals(Trap.ILLEGAL_INSTRUCTION, machine.csr(Csr.MCAUSE));
    machine.setCsr(Csr.MTVEC, TestMachine.BASE);
    machine.execute(Asm.csrrw(RD, Csr.TIME, 0));
    assertEquals(TestMachine.BASE, machine.hart.pc());
  }

  @ParameterizedTest
  @ValueSource(ints = {0x3a0, 0x3b0, 0x30a, 0x7a0, 0x7c0, 0x5a8, 0x14d, 0xc20})
  void absentRegistersAreIllegal(int number) {
    machine.execute(Asm.csrrs(RD, number, 0));
    assertEquals(Trap.ILLEGAL_INSTRUCTION, machine.csr(Csr.MCAUSE));
  }

  @ParameterizedTest
  @ValueSource(ints = {0xf11, 0xf12, 0xf13, 0xf14, 0x320, 0x323, 0x33f, 0xb03, 0xb1f, 0xc03, 0xc1f})
  void registersWithoutAFunctionAreZero(int number) {
    machine.set(RD, 1);
    machine.execute(Asm.csrrs(RD, number, 0));
    assertEquals(0, machine.x(RD));
    assertEquals(0, machine.csr(Csr.MCAUSE));
  }

  @Test
  void misaTellsTheTruth() {
    long letters = 0;
    for (char letter : "IMAFDCSU".toCharArray()) {
      letters |= 1L << letter - 'A';
    }
    assertEquals(2L << 62 | letters, machine.csr(Csr.MISA));
    machine.setCsr(Csr.MISA, 0);
    assertEquals(2L << 62 | letters, machine.csr(Csr.MISA));
  }

  @Test
  void mstatusKeepsLegalValues() {
    machine.setCsr(Csr.MSTATUS, -1);
    assertEquals(0x8000_000a_007e_79aaL, machine.csr(Csr.MSTATUS));
    machine.setCsr(Csr.MSTATUS, 2L << Csr.STATUS_MPP_SHIFT);
    assertEquals(3, machine.csr(Csr.MSTATUS) >> Csr.STATUS_MPP_SHIFT & 3);
  }

  @Test
  void sstatusIsAViewOfMstatus() {
    machine.setCsr(Csr.MSTATUS, -1);
    assertEquals(0x8000_0002_000c_6122L, machine.csr(Csr.SSTATUS));
    machine.setCsr(Csr.SSTATUS, 0);
    assertEquals(0x0000_000a_0072_1888L, machine.csr(Csr.MSTATUS));
  }

  @Test
  void supervisorInterruptsAreAViewOfDelegatedOnes() {
    machine.setCsr(Csr.MIDELEG, -1);
    assertEquals(Csr.SSI | Csr.STI | Csr.SEI, machine.csr(Csr.MIDELEG));
    machine.setCsr(Csr.MIDELEG, Csr.SSI | Csr.STI);
    machine.setCsr(Csr.MIE, -1);
    assertEquals(0xaaa, machine.csr(Csr.MIE));
    assertEquals(Csr.SSI | Csr.STI, machine.csr(Csr.SIE));
    machine.setCsr(Csr.SIE, 0);
    assertEquals(0xaaa & ~(Csr.SSI | Csr.STI), machine.csr(Csr.MIE));
    machine.setCsr(Csr.MIP, -1);
    assertEquals(Csr.SSI | Csr.STI | Csr.SEI, machine.csr(Csr.MIP));
    assertEquals(Csr.SSI | Csr.STI, machine.csr(Csr.SIP));
    machine.setCsr(Csr.SIP, 0);
    assertEquals(Csr.STI | Csr.SEI, machine.csr(Csr.MIP));
  }

  @Test
  void anExternalInterruptLineDoesNotStickInMip() {
    machine.hart.setInterruptLines(Csr.SEI);
    machine.set(RS1, Csr.SSI);
    machine.execute(Asm.csrrs(RD, Csr.MIP, RS1));
    assertEquals(Csr.SEI, machine.x(RD));
    machine.hart.setInterruptLines(0);
    assertEquals(Csr.SSI, machine.csr(Csr.MIP));
  }

  @Test
  void satpIgnoresUnknownModes() {
    long sv39 = 8L << 60 | 0x80001;
    machine.setCsr(Csr.SATP, sv39 | 7L << 44);
    assertEquals(sv39, machine.csr(Csr.SATP), "no address-space ids");
    machine.setCsr(Csr.SATP, 9L << 60);
    assertEquals(sv39, machine.csr(Csr.SATP));
    machine.setCsr(Csr.SATP, 0);
    assertEquals(0, machine.csr(Csr.SATP));
  }

  @Test
  void addressesOfCodeAreAligned() {
    machine.setCsr(Csr.MEPC, 0x1003).setCsr(Csr.SEPC, 0x1003).setCsr(Csr.STVEC, 0x1003);
    assertEquals(0x1002, machine.csr(Csr.MEPC));
    assertEquals(0x1002, machine.csr(Csr.SEPC));
    assertEquals(0x1001, machine.csr(Csr.STVEC));
  }

  @Test
  void countersCountInstructions() {
    machine.execute(Asm.csrrs(RD, Csr.INSTRET, 0));
    long first = machine.x(RD);
    machine.execute(Asm.NOP);
    machine.execute(Asm.csrrs(RD, Csr.INSTRET, 0));
    assertEquals(first + 2, machine.x(RD));
    machine.set(RS1, 1000);
    machine.execute(Asm.csrrw(0, Csr.MINSTRET, RS1));
    machine.execute(Asm.csrrs(RD, Csr.MINSTRET, 0));
    assertEquals(1000, machine.x(RD));
    machine.execute(Asm.csrrw(0, Csr.MCYCLE, RS1));
    machine.execute(Asm.csrrs(RD, Csr.CYCLE, 0));
    assertEquals(1000, machine.x(RD));
  }

  @Test
  void timeIsTheClocks() {
    machine.execute(Asm.csrrs(RD, Csr.TIME, 0));
    assertEquals(1234, machine.x(RD));
  }

  @Test
  void countersNeedPermissionBelowMachineMode() {
    assertEquals(false, readsTime(Privilege.SUPERVISOR, 0, 7));
    assertEquals(true, readsTime(Privilege.SUPERVISOR, 2, 0));
    assertEquals(false, readsTime(Privilege.USER, 2, 0));
    assertEquals(false, readsTime(Privilege.USER, 0, 2));
    assertEquals(true, readsTime(Privilege.USER, 2, 2));
  }

  private static boolean readsTime(int privilege, long machineEnable, long supervisorEnable) {
    TestMachine machine = new TestMachine();
    machine.setCsr(Csr.MCOUNTEREN, machineEnable).setCsr(Csr.SCOUNTEREN, supervisorEnable);
    machine.put(TestMachine.BASE, Asm.csrrs(RD, Csr.TIME, 0));
    machine.enter(privilege, TestMachine.BASE);
    machine.run(1);
    return machine.x(RD) == 1234;
  }

  @Test
  void floatControlIsOneRegisterInTwoParts() {
    machine.setCsr(Csr.MSTATUS, Csr.STATUS_FS);
    machine.setCsr(Csr.FCSR, 0x1ff);
    assertEquals(0xff, machine.csr(Csr.FCSR));
    assertEquals(7, machine.csr(Csr.FRM));
    assertEquals(31, machine.csr(Csr.FFLAGS));
    machine.setCsr(Csr.FRM, 1).setCsr(Csr.FFLAGS, 2);
    assertEquals(0x22, machine.csr(Csr.FCSR));
  }
}
