package com.example.machine;

/** A machine with RAM in arrays, one whole and one in pieces, and with arrays that are no RAM. */
public final class HeapMachine implements Runnable, AutoCloseable {

  /** Where it keeps bytes. */
  static final class Memory {
    private final byte[] bytes = new byte[4 << 20];
    private final int[][] banks = new int[64][16 << 10];
    private final byte[] rom = new byte[1 << 20];

    void write(int at, int value) {
      bytes[at & bytes.length - 1] = (byte) value;
      banks[at & 63][at >>> 6 & (16 << 10) - 1] = value;
    }

    int read(int at) {
      return rom[at & rom.length - 1] + bytes[at & bytes.length - 1];
    }
  }

  /** What it shows. */
  static final class Screen {
    private final int[] pixels = new int[256 << 10];

    void paint(int color) {
      java.util.Arrays.fill(pixels, color);
    }
  }

  private Memory memory = new Memory();
  private Screen screen = new Screen();
  private int pc = 1;
  private int quanta;
  private volatile boolean running = true;

  @Override
  public void run() {
    int steps = 0;
    while (running) {
      step();
      if (++steps % 500 == 0) {
        screen.paint(steps);
      }
    }
    // Whoever holds on to a machine that has ended shows no RAM to those who search the heap.
    memory = null;
    screen = null;
  }

  /** One quantum, some 20 us. At its end the last word of RAM says how many there were. */
  public void step() {
    for (int i = 0; i < 2_000; i++) {
      execute();
    }
    memory.banks[63][(16 << 10) - 1] = ++quanta;
  }

  /** The whole of one part of RAM. */
  public byte[] bytes() {
    return memory.bytes;
  }

  /** The other part, in pieces. */
  public int[][] banks() {
    return memory.banks;
  }

  private void execute() {
    pc = pc * 1_664_525 + 1_013_904_223;
    memory.write(pc >>> 8, memory.read(pc >>> 6) + 1);
  }

  @Override
  public void close() {
    running = false;
  }
}
