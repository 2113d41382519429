package io.ramshot.sample.cpu;

import io.ramshot.sample.bus.Bus;
import io.ramshot.sample.memory.DirectRam;
import io.ramshot.sample.memory.Ram;

/** A hart with 1 MiB of RAM and a clock that stands still. */
final class TestMachine {

  static final long BASE = Mmu.RAM_BASE;
  static final int SIZE = 1 << 20;

  /** Where {@link #execute} puts instructions: a new place each, as decoded ones are kept. */
  private static final long SCRATCH = BASE + 0xf0000;

  final Ram ram = new DirectRam(SIZE);
  final Bus bus = new Bus();
  final Hart hart = new Hart(ram, bus, () -> 1234);

  private long scratch = SCRATCH;

  /** Puts instructions at {@code address}. */
  TestMachine put(long address, int... instructions) {
    for (int i = 0; i < instructions.length; i++) {
      ram.store4(address - BASE + 4L * i, instructions[i]);
    }
    return this;
  }

  TestMachine set(int register, long value) {
    hart.setRegister(register, value);
    return this;
  }

  long x(int register) {
    return hart.register(register);
  }

  long f(int register) {
    return hart.floatRegister(register);
  }

  long csr(int number) {
    return hart.controlRegister(number);
  }

  /** Executes one instruction at a fresh address, which it returns. */
  long execute(int instruction) {
    if (scratch == BASE + SIZE - 8) {
      put(scratch, Asm.FENCE_I);
      hart.jump(scratch);
      hart.run(1);
      scratch = SCRATCH;
    }
    long address = scratch;
    scratch += 8;
    put(address, instruction);
    hart.jump(address);
    hart.run(1);
    return address;
  }

  /** Writes a control register as M-mode does; register x31 is lost. */
  TestMachine setCsr(int number, long value) {
    set(31, value);
    execute(Asm.csrrw(0, number, 31));
    if (hart.controlRegister(Csr.MCAUSE) == Trap.ILLEGAL_INSTRUCTION
        && hart.pc() == (hart.controlRegister(Csr.MTVEC) & ~3)) {
      throw new AssertionError("csr 0x%x cannot be written".formatted(number));
    }
    return this;
  }

  /** Goes on at {@code address} in {@code privilege} mode, from M-mode. */
  TestMachine enter(int privilege, long address) {
    long status = csr(Csr.MSTATUS) & ~Csr.STATUS_MPP;
    setCsr(Csr.MSTATUS, status | (long) privilege << Csr.STATUS_MPP_SHIFT);
    setCsr(Csr.MEPC, address);
    execute(Asm.MRET);
    return this;
  }

  void run(int steps) {
    long end = hart.steps() + steps;
    while (hart.steps() < end && !hart.waiting()) {
      hart.run(end - hart.steps());
    }
  }
}
