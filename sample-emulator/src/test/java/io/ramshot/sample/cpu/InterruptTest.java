package io.ramshot.sample.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class InterruptTest {

  private static final long HANDLER = TestMachine.BASE + 0x4000;
  private static final long SUPERVISOR_HANDLER = TestMachine.BASE + 0x5000;
  private static final long PROGRAM = TestMachine.BASE + 0x6000;
  private static final long INTERRUPT = Long.MIN_VALUE;
  private static final long ALL = 0xaaa;

  private final TestMachine machine = new TestMachine();

  InterruptTest() {
    machine.setCsr(Csr.MTVEC, HANDLER).setCsr(Csr.STVEC, SUPERVISOR_HANDLER).setCsr(Csr.MIE, ALL);
    machine.put(PROGRAM, Asm.NOP, Asm.NOP, Asm.NOP);
    machine.put(HANDLER, Asm.NOP);
    machine.put(SUPERVISOR_HANDLER, Asm.NOP);
  }

  /** Runs one step of the program in {@code privilege} mode with interrupts raised. */
  private void interrupt(int privilege, long lines) {
    machine.enter(privilege, PROGRAM);
    machine.hart.setInterruptLines(lines);
    machine.run(1);
  }

  @Test
  void machineModeTakesThemIfEnabled() {
    machine.setCsr(Csr.MSTATUS, Csr.STATUS_MPIE);
    interrupt(Privilege.MACHINE, Csr.MTI);
    assertEquals(INTERRUPT | 7, machine.csr(Csr.MCAUSE));
    assertEquals(PROGRAM, machine.csr(Csr.MEPC));
    assertEquals(HANDLER + 4, machine.hart.pc());
    long mask = Csr.STATUS_MIE | Csr.STATUS_MPIE | Csr.STATUS_MPP;
    assertEquals(Csr.STATUS_MPIE | Csr.STATUS_MPP, machine.csr(Csr.MSTATUS) & mask);
  }

  @Test
  void machineModeLeavesThemPendingIfDisabled() {
    interrupt(Privilege.MACHINE, Csr.MTI);
    assertEquals(PROGRAM + 4, machine.hart.pc());
    assertEquals(Csr.MTI, machine.csr(Csr.MIP));
  }

  @Test
  void lowerModesAlwaysTakeMachineInterrupts() {
    interrupt(Privilege.SUPERVISOR, Csr.MTI);
    assertEquals(HANDLER + 4, machine.hart.pc());
    assertEquals(Privilege.MACHINE, machine.hart.privilege());
  }

  @Test
  void delegatedOnesGoToSupervisorIfEnabledThere() {
    machine.setCsr(Csr.MIDELEG, ALL);
    interrupt(Privilege.SUPERVISOR, Csr.SEI);
    assertEquals(PROGRAM + 4, machine.hart.pc(), "disabled");

    InterruptTest enabled = new InterruptTest();
    enabled.machine.setCsr(Csr.MIDELEG, ALL).setCsr(Csr.MSTATUS, Csr.STATUS_SIE);
    enabled.interrupt(Privilege.SUPERVISOR, Csr.SEI);
    assertEquals(SUPERVISOR_HANDLER + 4, enabled.machine.hart.pc());
    assertEquals(INTERRUPT | 9, enabled.machine.csr(Csr.SCAUSE));

    InterruptTest user = new InterruptTest();
    user.machine.setCsr(Csr.MIDELEG, ALL);
    user.interrupt(Privilege.USER, Csr.SEI);
    assertEquals(SUPERVISOR_HANDLER + 4, user.machine.hart.pc());
  }

  @Test
  void machineModeNeverTakesDelegatedOnes() {
    machine.setCsr(Csr.MIDELEG, ALL).setCsr(Csr.MSTATUS, Csr.STATUS_MPIE | Csr.STATUS_SIE);
    interrupt(Privilege.MACHINE, Csr.SEI);
    assertEquals(PROGRAM + 4, machine.hart.pc());
  }

  @Test
  void vectoredModeAddsFourBytesACause() {
    machine.setCsr(Csr.MTVEC, HANDLER | 1);
    machine.put(HANDLER + 4 * 11, Asm.NOP);
    interrupt(Privilege.USER, Csr.MEI);
    assertEquals(HANDLER + 4 * 11 + 4, machine.hart.pc());

    InterruptTest supervisor = new InterruptTest();
    supervisor.machine.setCsr(Csr.STVEC, SUPERVISOR_HANDLER | 1).setCsr(Csr.MIDELEG, ALL);
    supervisor.machine.put(SUPERVISOR_HANDLER + 4 * 5, Asm.NOP);
    supervisor.machine.setCsr(Csr.MIP, Csr.STI);
    supervisor.interrupt(Privilege.USER, 0);
    assertEquals(SUPERVISOR_HANDLER + 4 * 5 + 4, supervisor.machine.hart.pc());
  }

  @Test
  void theMostUrgentComesFirst() {
    long pending = ALL;
    for (int cause : new int[] {11, 3, 7, 9, 1, 5}) {
      InterruptTest test = new InterruptTest();
      test.machine.setCsr(Csr.MIP, pending);
      test.interrupt(Privilege.USER, pending & (Csr.MEI | Csr.MSI | Csr.MTI));
      assertEquals(INTERRUPT | cause, test.machine.csr(Csr.MCAUSE));
      pending &= ~(1L << cause);
    }
  }

  @Test
  void machineInterruptsComeBeforeDelegatedOnes() {
    machine.setCsr(Csr.MIDELEG, ALL).setCsr(Csr.MIP, Csr.SEI);
    interrupt(Privilege.USER, Csr.MTI);
    assertEquals(INTERRUPT | 7, machine.csr(Csr.MCAUSE));
  }

  @Test
  void enablingOneTakesItBeforeTheNextInstruction() {
    machine.put(PROGRAM, Asm.csrrs(0, Csr.MSTATUS, 6), Asm.NOP);
    machine.set(6, Csr.STATUS_MIE);
    machine.hart.setInterruptLines(Csr.MSI);
    machine.hart.jump(PROGRAM);
    machine.run(2);
    assertEquals(INTERRUPT | 3, machine.csr(Csr.MCAUSE));
    assertEquals(PROGRAM + 4, machine.csr(Csr.MEPC));
  }

  @Test
  void wfiWaitsForAnEnabledInterruptEvenIfItIsNotTaken() {
    machine.put(PROGRAM, Asm.WFI, Asm.addi(5, 0, 1));
    machine.hart.jump(PROGRAM);
    machine.run(2);
    assertTrue(machine.hart.waiting());
    assertEquals(0, machine.x(5));
    machine.hart.setInterruptLines(Csr.MTI);
    assertFalse(machine.hart.waiting());
    machine.run(1);
    assertEquals(1, machine.x(5));
  }

  @Test
  void wfiGoesOnAtOnceIfOneIsPending() {
    machine.hart.setInterruptLines(Csr.MTI);
    machine.put(PROGRAM, Asm.WFI, Asm.addi(5, 0, 1));
    machine.hart.jump(PROGRAM);
    machine.run(2);
    assertEquals(1, machine.x(5));
  }
}
