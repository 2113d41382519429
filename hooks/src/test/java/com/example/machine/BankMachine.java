package com.example.machine;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** A machine with RAM in an array of buffers, whose registers are static. */
public final class BankMachine implements Runnable, AutoCloseable {

  /** Apart from the loop: what that calls of its own class is not seen on every JDK. */
  static final class Cpu {
    private static int pc = 1;

    private Cpu() {}

    static void step(ByteBuffer[] banks) {
      pc = pc * 1_664_525 + 1_013_904_223;
      ByteBuffer bank = banks[pc >>> 30];
      bank.put(pc >>> 10 & (1 << 20) - 1, (byte) pc);
    }
  }

  private ByteBuffer[] banks = new ByteBuffer[4];
  private volatile boolean power = true;

  /** With its RAM in place. */
  public BankMachine() {
    Arrays.setAll(banks, i -> ByteBuffer.allocate(1 << 20));
  }

  @Override
  public void run() {
    while (power) {
      Cpu.step(banks);
    }
    banks = null;
  }

  @Override
  public void close() {
    power = false;
  }
}
