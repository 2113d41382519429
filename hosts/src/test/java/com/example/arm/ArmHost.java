package com.example.arm;

import com.example.Storm;

/** Runs the edge program on Unicorn: {@code MIB INSTRUCTIONS}, 0 for calls that do not end. */
public final class ArmHost {
  private static final long REPORT_NANOS = 100_000_000;

  private ArmHost() {}

  public static void main(String[] args) {
    ArmBoard board = new ArmBoard(Integer.parseInt(args[0]) << 20);
    long instructions = Long.parseLong(args[1]);
    Storm.begin();
    System.out.println("guest: ready");
    long told = System.nanoTime();
    while (true) {
      board.run(instructions);
      if (System.nanoTime() - told > REPORT_NANOS) {
        System.out.println("guest: pass " + board.passes());
        told = System.nanoTime();
      }
    }
  }
}
