package com.example.host;

import java.nio.ByteBuffer;

/**
 * A machine whose CPU is behind an interface: its registers are in an object that only the vCPU's
 * stack and a field of another type lead to.
 *
 * <p>Prints {@code pc N} for the first step it makes, and then runs for ever.
 */
public final class CoreHost {
  private static final int BYTES = 1 << 20;

  private CoreHost() {}

  /** What the machine knows of its CPU. */
  interface Core {
    void step();
  }

  /** Counts up in a register, and in RAM. */
  static final class Cpu implements Core {
    private final ByteBuffer ram = ByteBuffer.allocateDirect(BYTES);
    private final int[] registers = new int[4];
    private long pc;
    private boolean told;

    @Override
    public void step() {
      if (!told) {
        told = true;
        System.out.println("pc " + pc);
      }
      pc++;
      ram.putLong((int) (pc * 8 % BYTES), pc);
    }
  }

  /** A device with a state of its own. */
  static final class Uart {
    private int line;

    byte[] save() {
      return new byte[] {(byte) line};
    }

    void load(byte[] state) {
      line = state[0];
    }
  }

  /** Has switches, and no state. */
  static final class Machine {
    private final Core core = new Cpu();
    private final Uart uart = new Uart();
    private final boolean power = true;

    void run() throws InterruptedException {
      while (power) {
        for (int i = 0; i < 100; i++) {
          core.step();
        }
        Thread.sleep(1);
      }
    }

    @Override
    public String toString() {
      return core + " " + uart;
    }
  }

  public static void main(String[] args) throws InterruptedException {
    new Machine().run();
  }
}
