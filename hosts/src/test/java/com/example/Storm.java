package com.example;

import java.util.concurrent.locks.LockSupport;

/** Brings the JVM to safepoints all the time: garbage collections, stacks of all threads. */
public final class Storm {
  private static final int GARBAGE = 64 << 10;

  /** Leaves the guest a part of the machine. */
  private static final long BREATH_NANOS = 1_000_000;

  /** Keeps garbage from being optimised away. */
  private static volatile Object last;

  private Storm() {}

  public static void begin() {
    storm("storm-collections", System::gc);
    storm("storm-stacks", Thread::getAllStackTraces);
  }

  private static void storm(String name, Runnable stop) {
    Thread thread =
        new Thread(
            () -> {
              while (true) {
                for (int i = 0; i < 16; i++) {
                  last = new byte[GARBAGE];
                }
                stop.run();
                LockSupport.parkNanos(BREATH_NANOS);
              }
            },
            name);
    thread.setDaemon(true);
    thread.start();
  }
}
