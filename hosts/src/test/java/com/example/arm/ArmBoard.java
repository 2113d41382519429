package com.example.arm;

import java.nio.ByteBuffer;
import unicorn.Arm64Const;
import unicorn.Unicorn;
import unicorn.UnicornConst;

/**
 * An AArch64 machine on Unicorn, a native engine that maps the guest's RAM where Java sees none.
 */
final class ArmBoard {
  private static final long RAM = 0x4000_0000L;
  private static final long ROM = 0x1000_0000L;
  private static final int ROM_BYTES = 64 << 10;
  private static final int PAGE = 4096;

  /** No address that the guest comes to. */
  private static final long NEVER = 0x1000_0f00L;

  private static final int[] REGISTERS = {
    Arm64Const.UC_ARM64_REG_X0,
    Arm64Const.UC_ARM64_REG_X1,
    Arm64Const.UC_ARM64_REG_X2,
    Arm64Const.UC_ARM64_REG_X3,
    Arm64Const.UC_ARM64_REG_X4,
    Arm64Const.UC_ARM64_REG_X5,
    Arm64Const.UC_ARM64_REG_NZCV,
    Arm64Const.UC_ARM64_REG_PC,
  };

  private final Unicorn engine;

  ArmBoard(int ramBytes) {
    engine = new Unicorn(UnicornConst.UC_ARCH_ARM64, UnicornConst.UC_MODE_ARM);
    mapMemory(ROM, ROM_BYTES);
    mapMemory(RAM, ramBytes);
    engine.mem_write(ROM, EdgeProgram.bytes());
    write(Arm64Const.UC_ARM64_REG_X0, RAM);
    write(Arm64Const.UC_ARM64_REG_X1, RAM);
    write(Arm64Const.UC_ARM64_REG_X2, RAM + ramBytes);
    write(Arm64Const.UC_ARM64_REG_X3, PAGE);
    write(Arm64Const.UC_ARM64_REG_PC, ROM);
  }

  private void mapMemory(long address, long bytes) {
    engine.mem_map(address, bytes, UnicornConst.UC_PROT_ALL);
  }

  /**
   * Runs the guest.
   *
   * @param instructions how many; 0 until somebody calls {@link #stop}
   */
  void run(long instructions) {
    engine.emu_start(read(Arm64Const.UC_ARM64_REG_PC), NEVER, 0, instructions);
  }

  /** Has {@link #run} return soon; by any thread. */
  void stop() {
    engine.emu_stop();
  }

  long passes() {
    return read(Arm64Const.UC_ARM64_REG_X5);
  }

  byte[] save() {
    ByteBuffer state = ByteBuffer.allocate(REGISTERS.length * Long.BYTES);
    for (int register : REGISTERS) {
      state.putLong(read(register));
    }
    return state.array();
  }

  void load(byte[] saved) {
    ByteBuffer state = ByteBuffer.wrap(saved);
    for (int register : REGISTERS) {
      write(register, state.getLong());
    }
  }

  private long read(int register) {
    return ((Number) engine.reg_read(register)).longValue();
  }

  private void write(int register, long value) {
    engine.reg_write(register, value);
  }
}
