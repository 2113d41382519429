package io.ramshot.bench.worker;

import java.lang.management.ManagementFactory;

/**
 * Asks for a safepoint twenty times a second, as a busy host's collector would: a JVM that has
 * nothing to do asks for none, and then there is nothing to time.
 */
final class SafepointProbe {
  private static final long PERIOD_MILLIS = 50;

  private final Thread thread = new Thread(this::run, "safepoint-probe");
  private volatile boolean closed;

  SafepointProbe() {
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    try {
      while (!closed) {
        ManagementFactory.getThreadMXBean().dumpAllThreads(false, false, 1);
        Thread.sleep(PERIOD_MILLIS);
      }
    } catch (InterruptedException e) {
      return; // nobody does
    }
  }

  void close() {
    closed = true;
  }
}
