package io.ramshot.sample.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TranslationTest {

  private static final int V = 1;
  private static final int R = 2;
  private static final int W = 4;
  private static final int X = 8;
  private static final int U = 16;
  private static final int A = 64;
  private static final int D = 128;

  private static final long BASE = TestMachine.BASE;

  // Offsets in RAM.
  private static final long ROOT = 0x10000;
  private static final long MIDDLE = 0x11000;
  private static final long LEAVES = 0x12000;
  private static final long DATA = 0x20000;

  /** Where the tests map {@link #DATA}: entry 5 of the root, 6 of the middle, 7 of the leaves. */
  private static final long VIRTUAL = 5L << 30 | 6L << 21 | 7L << 12;

  private static final int RD = 5;
  private static final int RS1 = 6;
  private static final int LOAD = Asm.load(3, RD, RS1, 0x18);
  private static final int STORE = Asm.store(3, RS1, RD, 0x18);

  private TestMachine machine;

  @BeforeEach
  void buildTables() {
    machine = new TestMachine();
    // The program and the handlers run in RAM at its own address: a 1 GiB page, and not U.
    entry(ROOT, 2, BASE, V | R | W | X | A | D);
    entry(ROOT, 5, BASE + MIDDLE, V);
    entry(MIDDLE, 6, BASE + LEAVES, V);
    machine.ram.store8(DATA + 0x18, 4711);
    machine.setCsr(Csr.MTVEC, BASE + 0x4000).setCsr(Csr.SATP, 8L << 60 | (BASE + ROOT) >> 12);
    machine.set(RS1, VIRTUAL).set(RD, 1);
  }

  private void entry(long table, int index, long physical, int flags) {
    machine.ram.store8(table + 8L * index, physical >> 12 << 10 | flags);
  }

  private void leaf(int flags) {
    entry(LEAVES, 7, BASE + DATA, flags);
  }

  /** Executes {@code instruction} in S-mode; returns the cause of its trap, or 0. */
  private long supervisor(int instruction) {
    machine.put(BASE + 0x6000, instruction);
    machine.setCsr(Csr.MCAUSE, 0);
    machine.execute(Asm.FENCE_I);
    machine.execute(Asm.SFENCE_VMA);
    machine.enter(Privilege.SUPERVISOR, BASE + 0x6000);
    machine.run(1);
    long cause = machine.csr(Csr.MCAUSE);
    if (cause == 0) {
      // Back to M-mode, for the test to go on.
      machine.put(BASE + 0x6004, Asm.ECALL);
      machine.run(1);
    }
    return cause;
  }

  /** Executes {@code instruction} of a page mapped at {@link #VIRTUAL} in U-mode. */
  private long user(int instruction, int flags) {
    leaf(flags);
    machine.ram.store4(DATA, instruction);
    machine.ram.store4(DATA + 4, Asm.ECALL);
    machine.setCsr(Csr.MCAUSE, 0);
    machine.execute(Asm.FENCE_I);
    machine.execute(Asm.SFENCE_VMA);
    machine.enter(Privilege.USER, VIRTUAL);
    machine.run(1);
    return machine.csr(Csr.MCAUSE);
  }

  @Test
  void smallPages() {
    leaf(V | R | W | A | D);
    assertEquals(0, supervisor(LOAD));
    assertEquals(4711, machine.x(RD));
    machine.set(RD, 42);
    assertEquals(0, supervisor(STORE));
    assertEquals(42, machine.ram.load8(DATA + 0x18));
  }

  @Test
  void middlePages() {
    entry(MIDDLE, 6, BASE, V | R | A);
    machine.set(RS1, 5L << 30 | 6L << 21 | DATA);
    assertEquals(0, supervisor(LOAD));
    assertEquals(4711, machine.x(RD));
  }

  @Test
  void largePages() {
    entry(ROOT, 5, BASE, V | R | A);
    machine.set(RS1, 5L << 30 | DATA);
    assertEquals(0, supervisor(LOAD));
    assertEquals(4711, machine.x(RD));
  }

  @Test
  void addressesOfTheUpperHalf() {
    entry(ROOT, 511, BASE, V | R | A);
    machine.set(RS1, -(1L << 30) + DATA);
    assertEquals(0, supervisor(LOAD));
    assertEquals(4711, machine.x(RD));
  }

  @Test
  void misalignedSuperpagesFault() {
    entry(MIDDLE, 6, BASE + 0x1000, V | R | A);
    assertPageFaults();
    entry(MIDDLE, 6, BASE + LEAVES, V);
    entry(ROOT, 5, BASE + (2 << 20), V | R | A);
    assertPageFaults();
  }

  @Test
  void invalidEntriesFault() {
    leaf(0);
    assertPageFaults();
    leaf(V | W);
    assertPageFaults();
    leaf(V | W | X);
    assertPageFaults();
    leaf(V);
    assertPageFaults();
    entry(LEAVES, 7, BASE + DATA, V | R | W | A | D);
    machine.ram.store8(LEAVES + 56, machine.ram.load8(LEAVES + 56) | 1L << 63);
    assertPageFaults();
    leaf(V | R | W | A | D);
    entry(MIDDLE, 6, BASE + LEAVES, V | U);
    assertPageFaults();
  }

  private void assertPageFaults() {
    assertEquals(Trap.LOAD_PAGE_FAULT, supervisor(LOAD));
    assertEquals(machine.x(RS1) + 0x18, machine.csr(Csr.MTVAL));
    assertEquals(Trap.STORE_PAGE_FAULT, supervisor(STORE));
    assertEquals(machine.x(RS1) + 0x18, machine.csr(Csr.MTVAL));
  }

  @Test
  void nonCanonicalAddressesFault() {
    entry(ROOT, 0, BASE, V | R | W | A | D);
    for (long address : new long[] {1L << 39, 1L << 38, 1L << 63, -(1L << 39)}) {
      machine.set(RS1, address);
      assertPageFaults();
    }
  }

  @Test
  void permissionsAreKept() {
    leaf(V | R | A | D);
    assertEquals(0, supervisor(LOAD));
    assertEquals(Trap.STORE_PAGE_FAULT, supervisor(STORE));
    leaf(V | X | A | D);
    assertEquals(Trap.LOAD_PAGE_FAULT, supervisor(LOAD));
    assertEquals(Trap.STORE_PAGE_FAULT, supervisor(STORE));
  }

  @Test
  void mxrMakesExecutableReadable() {
    leaf(V | X | A);
    machine.setCsr(Csr.MSTATUS, Csr.STATUS_MXR);
    assertEquals(0, supervisor(LOAD));
    machine.setCsr(Csr.MSTATUS, 0);
    assertEquals(Trap.LOAD_PAGE_FAULT, supervisor(LOAD));
  }

  @Test
  void sumLetsSupervisorReachUserPages() {
    leaf(V | R | W | U | A | D);
    assertEquals(Trap.LOAD_PAGE_FAULT, supervisor(LOAD));
    assertEquals(Trap.STORE_PAGE_FAULT, supervisor(STORE));
    machine.setCsr(Csr.MSTATUS, Csr.STATUS_SUM);
    assertEquals(0, supervisor(LOAD));
    assertEquals(0, supervisor(STORE));
  }

  @Test
  void sumTakesEffectWithoutAFence() {
    leaf(V | R | W | U | A | D);
    machine.set(7, Csr.STATUS_SUM);
    machine.put(
        BASE + 0x6000,
        Asm.csrrs(0, Csr.SSTATUS, 7),
        LOAD,
        Asm.csrrc(0, Csr.SSTATUS, 7),
        Asm.load(3, RD, RS1, 0));
    machine.enter(Privilege.SUPERVISOR, BASE + 0x6000);
    machine.run(3);
    assertEquals(4711, machine.x(RD));
    assertEquals(0, machine.csr(Csr.MCAUSE));
    machine.run(1);
    assertEquals(Trap.LOAD_PAGE_FAULT, machine.csr(Csr.MCAUSE));
  }

  @Test
  void supervisorNeverExecutesUserPages() {
    leaf(V | R | X | U | A);
    machine.setCsr(Csr.MSTATUS, Csr.STATUS_SUM);
    machine.enter(Privilege.SUPERVISOR, VIRTUAL);
    machine.run(1);
    assertEquals(Trap.INSTRUCTION_PAGE_FAULT, machine.csr(Csr.MCAUSE));
    assertEquals(VIRTUAL, machine.csr(Csr.MTVAL));
    assertEquals(VIRTUAL, machine.csr(Csr.MEPC));
  }

  @Test
  void userExecutesUserPagesOnly() {
    assertEquals(0, user(Asm.addi(RD, 0, 7), V | R | X | U | A));
    assertEquals(7, machine.x(RD));
    machine.run(1); // the ecall
    assertEquals(Trap.INSTRUCTION_PAGE_FAULT, user(Asm.NOP, V | R | X | A));
    assertEquals(Trap.INSTRUCTION_PAGE_FAULT, user(Asm.NOP, V | R | U | A));
  }

  @Test
  void userReachesNoSupervisorPages() {
    machine.set(RS1, BASE + DATA);
    assertEquals(Trap.LOAD_PAGE_FAULT, user(LOAD, V | R | X | U | A));
    assertEquals(Trap.STORE_PAGE_FAULT, user(STORE, V | R | X | U | A));
  }

  @Test
  void accessedAndDirtyAreSetByTheWalk() {
    leaf(V | R | W);
    assertEquals(0, supervisor(LOAD));
    assertEquals(V | R | W | A, machine.ram.load8(LEAVES + 56) & 0x3ff);
    assertEquals(0, supervisor(STORE));
    assertEquals(V | R | W | A | D, machine.ram.load8(LEAVES + 56) & 0x3ff);
  }

  @Test
  void aLoadBeforeAStoreDoesNotHideTheDirtyBit() {
    leaf(V | R | W);
    machine.put(BASE + 0x6000, LOAD, STORE);
    machine.enter(Privilege.SUPERVISOR, BASE + 0x6000);
    machine.run(2);
    assertEquals(V | R | W | A | D, machine.ram.load8(LEAVES + 56) & 0x3ff);
  }

  @Test
  void aFaultingAccessMarksNothing() {
    leaf(V | R);
    assertEquals(Trap.STORE_PAGE_FAULT, supervisor(STORE));
    assertEquals(V | R, machine.ram.load8(LEAVES + 56) & 0x3ff);
  }

  @Test
  void tablesOutsideRamAreAccessFaults() {
    entry(MIDDLE, 6, 0x1000_0000, V);
    assertEquals(Trap.LOAD_ACCESS_FAULT, supervisor(LOAD));
    assertEquals(Trap.STORE_ACCESS_FAULT, supervisor(STORE));
  }

  @Test
  void mprvLendsMachineModeTheTranslation() {
    leaf(V | R | A);
    machine.setCsr(
        Csr.MSTATUS, Csr.STATUS_MPRV | (long) Privilege.SUPERVISOR << Csr.STATUS_MPP_SHIFT);
    machine.execute(LOAD);
    assertEquals(4711, machine.x(RD));
    machine.execute(STORE);
    assertEquals(Trap.STORE_PAGE_FAULT, machine.csr(Csr.MCAUSE));
  }

  @Test
  void machineModeIsNotTranslated() {
    machine.set(RS1, BASE + DATA);
    machine.execute(LOAD);
    assertEquals(4711, machine.x(RD));
  }

  @Test
  void aFenceMakesNewEntriesVisible() {
    leaf(V | R | A);
    assertEquals(0, supervisor(LOAD));
    machine.ram.store8(DATA + 0x1018, 815);
    entry(LEAVES, 7, BASE + DATA + 0x1000, V | R | A);
    machine.put(BASE + 0x6000, Asm.SFENCE_VMA, LOAD);
    machine.execute(Asm.FENCE_I);
    machine.enter(Privilege.SUPERVISOR, BASE + 0x6000);
    machine.run(2);
    assertEquals(815, machine.x(RD));
  }

  @Test
  void accessesAcrossPagesTranslateBoth() {
    leaf(V | R | W | A | D);
    entry(LEAVES, 8, BASE + DATA + 0x5000, V | R | W | A | D);
    machine.set(RS1, VIRTUAL + 0xffc - 0x18).set(RD, 0x1122_3344_5566_7788L);
    assertEquals(0, supervisor(STORE));
    assertEquals(0x5566_7788, machine.ram.load4(DATA + 0xffc));
    assertEquals(0x1122_3344, machine.ram.load4(DATA + 0x5000));
    machine.set(RD, 0);
    assertEquals(0, supervisor(LOAD));
    assertEquals(0x1122_3344_5566_7788L, machine.x(RD));
    entry(LEAVES, 8, 0, 0);
    assertEquals(Trap.STORE_PAGE_FAULT, supervisor(STORE));
    assertEquals(VIRTUAL + 0x1000, machine.csr(Csr.MTVAL));
  }

  @Test
  void anInstructionAcrossPagesFaultsAtItsOtherHalf() {
    leaf(V | R | X | U | A);
    machine.ram.store2(DATA + 0xffe, (short) 0x0013);
    machine.enter(Privilege.USER, VIRTUAL + 0xffe);
    machine.run(1);
    assertEquals(Trap.INSTRUCTION_PAGE_FAULT, machine.csr(Csr.MCAUSE));
    assertEquals(VIRTUAL + 0xffe, machine.csr(Csr.MEPC));
    assertEquals(VIRTUAL + 0x1000, machine.csr(Csr.MTVAL));
  }

  @Test
  void atomicsAreTranslated() {
    leaf(V | R | W);
    machine.set(RS1, VIRTUAL + 0x18);
    assertEquals(0, supervisor(Asm.atomic(0, 3, RD, RS1, RD)));
    assertEquals(4711, machine.x(RD));
    assertEquals(4712, machine.ram.load8(DATA + 0x18));
    leaf(V | R);
    assertEquals(Trap.STORE_PAGE_FAULT, supervisor(Asm.atomic(0, 3, RD, RS1, RD)));
  }
}
