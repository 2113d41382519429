package io.ramshot.sample.board;

import io.ramshot.sample.cpu.Asm;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A guest that mixes the time into 32 KiB of RAM for ever, is interrupted by a timer every 5 µs,
 * and waits for that now and then. Whatever two runs of it do at different times shows in its RAM.
 */
final class TimerGuest {

  private static final int MSTATUS = 0x300;
  private static final int MIE = 0x304;
  private static final int MTVEC = 0x305;
  private static final int TIME = 0xc01;

  /** Number of the register in which it counts interrupts. */
  static final int INTERRUPTS = 13;

  /** Returns the raw image for the start of RAM. */
  static byte[] image() {
    int[] program = {
      Asm.i(0x17, 0, 1, 0, 0), // auipc x1, 0
      Asm.addi(2, 1, 23 * 4),
      Asm.csrrw(0, MTVEC, 2),
      Asm.lui(3, 0x2004), // mtimecmp
      Asm.addi(4, 0, 100),
      Asm.store(3, 3, 4, 0),
      Asm.addi(5, 0, 1 << 7),
      Asm.csrrw(0, MIE, 5),
      Asm.addi(5, 0, 1 << 3),
      Asm.csrrs(0, MSTATUS, 5),
      Asm.lui(6, 0x10),
      Asm.add(6, 6, 1),
      // loop:
      Asm.addi(7, 7, 1),
      Asm.slli(8, 7, 52),
      Asm.i(0x13, 5, 8, 8, 49), // srli
      Asm.add(8, 8, 6),
      Asm.csrrs(9, TIME, 0),
      Asm.load(3, 10, 8, 0),
      Asm.add(10, 10, 9),
      Asm.store(3, 8, 10, 0),
      Asm.i(0x13, 7, 11, 7, 255), // andi
      Asm.branch(1, 11, 0, -9 * 4),
      Asm.jal(0, 6 * 4),
      // handler:
      Asm.csrrs(12, TIME, 0),
      Asm.addi(12, 12, 50),
      Asm.store(3, 3, 12, 0),
      Asm.addi(INTERRUPTS, INTERRUPTS, 1),
      Asm.MRET,
      // wait:
      Asm.WFI,
      Asm.jal(0, -17 * 4)
    };
    ByteBuffer image = ByteBuffer.allocate(program.length * 4).order(ByteOrder.LITTLE_ENDIAN);
    for (int instruction : program) {
      image.putInt(instruction);
    }
    return image.array();
  }

  private TimerGuest() {}
}
