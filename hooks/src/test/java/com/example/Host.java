package com.example;

import java.lang.reflect.Method;
import java.nio.ByteBuffer;

/** A whole host: allocates RAM in every way, and runs quanta. */
public final class Host {

  private static final int MIB = 1 << 20;

  private Host() {}

  /**
   * @param blocks prints the guest's blocks when run
   */
  public static void run(Runnable blocks) throws Exception {
    ByteBuffer direct = Memory.direct(MIB);
    blocks.run();
    long address = Memory.allocate(2 * MIB);
    blocks.run();
    Memory.free(address);
    blocks.run();
    if (Runtime.version().feature() >= 22) {
      Class<?> type = Class.forName("java.lang.foreign.Arena");
      Object arena = type.getMethod("ofConfined").invoke(null);
      Method allocate = type.getMethod("allocate", long.class, long.class);
      allocate.invoke(arena, 3 * MIB, 4096);
      blocks.run();
      type.getMethod("close").invoke(arena);
    } else {
      blocks.run();
    }
    blocks.run();
    Board board = new Board();
    Thread[] cpus = new Thread[2];
    for (int i = 0; i < cpus.length; i++) {
      cpus[i] =
          new Thread(
              () -> {
                for (int q = 0; q < 200_000; q++) {
                  board.step();
                }
              });
      cpus[i].start();
    }
    for (Thread cpu : cpus) {
      cpu.join();
    }
    System.out.println("quanta " + board.quanta + " capacity " + direct.capacity());
  }
}
