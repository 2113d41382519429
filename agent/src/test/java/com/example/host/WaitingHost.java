package com.example.host;

import java.nio.ByteBuffer;

/**
 * A guest of 32 MiB that comes to its quanta, or does not.
 *
 * <p>Its first argument says where RAM is: {@code direct}, {@code heap}, {@code static}, {@code
 * pieces} or {@code none}; the second what it does then: {@code run} quanta for ever, {@code idle}
 * for ever, {@code return} from main, or {@code exit} with status 0. {@code field} is RAM off the
 * heap that a field gets some time after it was allocated.
 */
public final class WaitingHost {
  public static final int BYTES = 32 << 20;

  private static byte[] shared;

  private WaitingHost() {}

  /** The machine with its RAM. */
  public static final class Machine {
    Object ram;
    ByteBuffer late;
    long quanta;

    /** One quantum. */
    void quantum() {
      if (quanta++ == 0) {
        System.out.println("the guest runs");
      }
    }

    /** Nobody calls it. */
    void spare() {
      quanta++;
    }
  }

  public static void main(String[] arguments) throws InterruptedException {
    System.out.println("the host runs");
    Machine machine = new Machine();
    switch (arguments[0]) {
      case "direct" -> machine.ram = ByteBuffer.allocateDirect(BYTES);
      case "heap" -> machine.ram = new byte[BYTES];
      case "pieces" -> machine.ram = new byte[32][BYTES / 32];
      case "static" -> shared = new byte[BYTES];
      case "field" -> machine.late = ByteBuffer.allocateDirect(BYTES);
      default -> System.out.println("it has no RAM");
    }
    switch (arguments[1]) {
      case "run" -> {
        while (true) {
          machine.quantum();
          Thread.sleep(1);
        }
      }
      case "idle" -> Thread.sleep(Long.MAX_VALUE);
      case "exit" -> System.exit(0);
      default -> System.out.println("main returns");
    }
  }

  /** Keeps javac from seeing a field that is only written. */
  static int sharedBytes() {
    return shared.length;
  }
}
