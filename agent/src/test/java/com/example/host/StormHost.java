package com.example.host;

import io.ramshot.sample.Main;

/** The sample emulator in a JVM that comes to a safepoint as often as it can. */
public final class StormHost {
  private static final int GARBAGE = 1 << 20;

  /** Keeps garbage from being optimised away. */
  private static volatile Object last;

  private StormHost() {}

  /**
   * @param args of the sample emulator
   */
  public static void main(String[] args) {
    storm("storm-collections", System::gc);
    storm("storm-stacks", Thread::getAllStackTraces);
    Main.main(args);
  }

  private static void storm(String name, Runnable stop) {
    Thread thread =
        new Thread(
            () -> {
              while (true) {
                for (int i = 0; i < 16; i++) {
                  last = new byte[GARBAGE / 16];
                }
                stop.run();
              }
            },
            name);
    thread.setDaemon(true);
    thread.start();
  }
}
