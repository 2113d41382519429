package io.ramshot.sample.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrapTest {

  private static final long HANDLER = TestMachine.BASE + 0x4000;
  private static final long SUPERVISOR_HANDLER = TestMachine.BASE + 0x5000;
  private static final long PROGRAM = TestMachine.BASE + 0x6000;

  private final TestMachine machine =
      new TestMachine().setCsr(Csr.MTVEC, HANDLER).setCsr(Csr.STVEC, SUPERVISOR_HANDLER);

  private void runIn(int privilege, int instruction) {
    machine.put(PROGRAM, instruction);
    machine.enter(privilege, PROGRAM);
    assertEquals(privilege, machine.hart.privilege());
    machine.run(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {Privilege.USER, Privilege.SUPERVISOR, Privilege.MACHINE})
  void ecallTellsWhereItCameFrom(int privilege) {
    runIn(privilege, Asm.ECALL);
    assertEquals(HANDLER, machine.hart.pc());
    assertEquals(Privilege.MACHINE, machine.hart.privilege());
    assertEquals(8 + privilege, machine.csr(Csr.MCAUSE));
    assertEquals(PROGRAM, machine.csr(Csr.MEPC));
    assertEquals(0, machine.csr(Csr.MTVAL));
    assertEquals(privilege, machine.csr(Csr.MSTATUS) >> Csr.STATUS_MPP_SHIFT & 3);
  }

  @Test
  void breakpointReportsItsAddress() {
    runIn(Privilege.MACHINE, Asm.EBREAK);
    assertEquals(Trap.BREAKPOINT, machine.csr(Csr.MCAUSE));
    assertEquals(PROGRAM, machine.csr(Csr.MTVAL));
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        0xffffffff, // all ones
        0x0000007f, // a long encoding
        0x00007003, // load of funct3 7
        0x00004023, // store of funct3 4
        0x00002063, // branch of funct3 2
        0x00001067, // jalr of funct3 1
        0x0000200f, // fence of funct3 2
        0x40001013, // slli with srai's bit
        0x80005013, // srli with a wrong bit
        0x0200101b, // slliw by 32
        0x0200501b, // srliw by 32
        0x4200501b, // sraiw by 32
        0x0000201b, // opcode 0x1b, funct3 2
        0x40001033, // sll with sub's bit
        0x04000033, // register operation of an unknown kind
        0x0200103b, // mulhw does not exist
        0x4000103b, // sllw with subw's bit
        0x0600003b, // word operation of an unknown kind
        0x0000102f, // halfword atomic
        0x1010202f, // lr.w with a second source
        0xf800202f, // unknown atomic
        0x04000053, // half-precision float
        0x00200073, // uret does not exist
        0x30200173, // mret with a destination
        0x00004073, // csr access of funct3 4
      })
  void unknownInstructionsAreIllegal(int instruction) {
    machine.setCsr(Csr.MSTATUS, Csr.STATUS_FS);
    runIn(Privilege.MACHINE, instruction);
    assertEquals(Trap.ILLEGAL_INSTRUCTION, machine.csr(Csr.MCAUSE));
    assertEquals(instruction & 0xffff_ffffL, machine.csr(Csr.MTVAL));
    assertEquals(PROGRAM, machine.csr(Csr.MEPC));
  }

  @Test
  void delegatedExceptionsGoToSupervisor() {
    machine.setCsr(Csr.MEDELEG, 1 << Trap.ECALL | 1 << Trap.BREAKPOINT);
    runIn(Privilege.USER, Asm.ECALL);
    assertEquals(SUPERVISOR_HANDLER, machine.hart.pc());
    assertEquals(Privilege.SUPERVISOR, machine.hart.privilege());
    assertEquals(Trap.ECALL, machine.csr(Csr.SCAUSE));
    assertEquals(PROGRAM, machine.csr(Csr.SEPC));
    assertEquals(0, machine.csr(Csr.MSTATUS) & Csr.STATUS_SPP);
  }

  @Test
  void delegatedExceptionsOfSupervisorStayThere() {
    machine.setCsr(Csr.MEDELEG, 1 << Trap.BREAKPOINT).setCsr(Csr.MSTATUS, Csr.STATUS_SIE);
    runIn(Privilege.SUPERVISOR, Asm.EBREAK);
    assertEquals(SUPERVISOR_HANDLER, machine.hart.pc());
    assertEquals(PROGRAM, machine.csr(Csr.STVAL));
    long status = machine.csr(Csr.MSTATUS);
    assertEquals(
        Csr.STATUS_SPP | Csr.STATUS_SPIE,
        status & (Csr.STATUS_SPP | Csr.STATUS_SPIE | Csr.STATUS_SIE));
  }

  @Test
  void machineModeNeverDelegates() {
    machine.setCsr(Csr.MEDELEG, -1);
    runIn(Privilege.MACHINE, Asm.EBREAK);
    assertEquals(HANDLER, machine.hart.pc());
  }

  @Test
  void machineEcallCannotBeDelegated() {
    machine.setCsr(Csr.MEDELEG, -1);
    assertEquals(0xb3ff, machine.csr(Csr.MEDELEG));
  }

  @Test
  void exceptionsIgnoreVectoredMode() {
    machine.setCsr(Csr.MTVEC, HANDLER | 1);
    runIn(Privilege.MACHINE, Asm.ECALL);
    assertEquals(HANDLER, machine.hart.pc());
  }

  @Test
  void mretRestoresModeAndInterruptEnable() {
    machine.setCsr(Csr.MSTATUS, Csr.STATUS_MPIE | Csr.STATUS_MPRV).setCsr(Csr.MEPC, PROGRAM + 1);
    machine.execute(Asm.MRET);
    assertEquals(PROGRAM, machine.hart.pc());
    assertEquals(Privilege.USER, machine.hart.privilege());
    long mask = Csr.STATUS_MIE | Csr.STATUS_MPIE | Csr.STATUS_MPP | Csr.STATUS_MPRV;
    assertEquals(Csr.STATUS_MIE | Csr.STATUS_MPIE, machine.csr(Csr.MSTATUS) & mask);
  }

  @Test
  void sretRestoresModeAndInterruptEnable() {
    machine.setCsr(Csr.MSTATUS, Csr.STATUS_SPP | Csr.STATUS_SPIE).setCsr(Csr.SEPC, PROGRAM + 8);
    runIn(Privilege.SUPERVISOR, Asm.SRET);
    assertEquals(PROGRAM + 8, machine.hart.pc());
    assertEquals(Privilege.SUPERVISOR, machine.hart.privilege());
    long mask = Csr.STATUS_SIE | Csr.STATUS_SPIE | Csr.STATUS_SPP;
    assertEquals(Csr.STATUS_SIE | Csr.STATUS_SPIE, machine.csr(Csr.MSTATUS) & mask);
  }

  @Test
  void privilegedInstructionsNeedTheirMode() {
    assertIllegal(Privilege.SUPERVISOR, Asm.MRET, 0);
    assertIllegal(Privilege.USER, Asm.MRET, 0);
    assertIllegal(Privilege.USER, Asm.SRET, 0);
    assertIllegal(Privilege.USER, Asm.SFENCE_VMA, 0);
    assertIllegal(Privilege.USER, Asm.WFI, 0);
    assertIllegal(Privilege.SUPERVISOR, Asm.SRET, Csr.STATUS_TSR);
    assertIllegal(Privilege.SUPERVISOR, Asm.WFI, Csr.STATUS_TW);
    assertIllegal(Privilege.SUPERVISOR, Asm.SFENCE_VMA, Csr.STATUS_TVM);
    assertIllegal(Privilege.SUPERVISOR, Asm.csrrs(5, Csr.SATP, 0), Csr.STATUS_TVM);
    assertIllegal(Privilege.SUPERVISOR, Asm.csrrs(5, Csr.MSTATUS, 0), 0);
    assertIllegal(Privilege.USER, Asm.csrrs(5, Csr.SSTATUS, 0), 0);
  }

  private static void assertIllegal(int privilege, int instruction, long status) {
    TrapTest test = new TrapTest();
    test.machine.setCsr(Csr.MSTATUS, status);
    test.runIn(privilege, instruction);
    assertEquals(HANDLER, test.machine.hart.pc());
    assertEquals(Trap.ILLEGAL_INSTRUCTION, test.machine.csr(Csr.MCAUSE));
  }

  @Test
  void aTrapIsAStep() {
    long before = machine.hart.steps();
    machine.execute(Asm.ECALL);
    assertEquals(before + 1, machine.hart.steps());
  }
}
