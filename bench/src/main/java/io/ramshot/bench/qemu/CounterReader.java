package io.ramshot.bench.qemu;

import java.io.IOException;
import java.util.concurrent.locks.LockSupport;

/** A thread that reads the guest's counter two thousand times a second, until it is closed. */
final class CounterReader implements AutoCloseable {
  private static final long INTERVAL_NANOS = 500_000;

  private final GuestMemory memory;
  private final SpeedLog log = new SpeedLog();
  private final Thread thread = new Thread(this::run, "qemu-guest-counter");
  private volatile boolean closed;
  private volatile IOException failure;

  CounterReader(GuestMemory memory) {
    this.memory = memory;
    thread.setDaemon(true);
    thread.start();
  }

  /** Ends reading, and hands out what was read. */
  SpeedLog finish() throws IOException {
    close();
    if (failure != null) {
      throw failure;
    }
    return log;
  }

  @Override
  public void close() {
    closed = true;
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true; // it ends within a millisecond all the same
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      while (!closed) {
        long count = memory.readLong(BootSector.COUNTER);
        log.add(System.nanoTime(), count);
        LockSupport.parkNanos(INTERVAL_NANOS);
      }
    } catch (IOException e) {
      failure = e;
    }
  }
}
