package com.example.host;

import java.nio.ByteBuffer;

/**
 * A guest in a few lines: 64 MiB, and a vCPU that counts its steps in every 4 KiB of it in turn.
 *
 * <p>Prints {@code ready} once RAM is full, {@code step N} for the first step it makes, and then
 * runs for ever.
 */
public final class RamHost {
  public static final int BYTES = 64 << 20;
  private static final int PAGE = 4096;

  private static final ByteBuffer RAM = ByteBuffer.allocateDirect(BYTES);
  private static final Cpu CPU = new Cpu();
  private static boolean stepped;

  private RamHost() {}

  /** What the guest is besides its RAM. */
  public static final class Cpu {
    long steps;

    public byte[] save() {
      return ByteBuffer.allocate(Long.BYTES).putLong(steps).array();
    }

    public void load(byte[] state) {
      steps = ByteBuffer.wrap(state).getLong();
    }
  }

  public static void main(String[] args) throws InterruptedException {
    for (int i = 0; i < BYTES; i += Long.BYTES) {
      RAM.putLong(i, -1 - (long) i);
    }
    System.out.println("ready");
    while (true) {
      run();
      Thread.sleep(1);
    }
  }

  /** One quantum. */
  static void run() {
    if (!stepped) {
      stepped = true;
      // What the newest step of a restored guest left behind, for the test to compare.
      long last = (CPU.steps - 1) * PAGE % BYTES;
      System.out.println(
          "step " + CPU.steps + (CPU.steps == 0 ? "" : " found " + RAM.getLong((int) last)));
    }
    for (int i = 0; i < 100; i++) {
      RAM.putLong((int) (CPU.steps * PAGE % BYTES), ++CPU.steps);
    }
  }
}
