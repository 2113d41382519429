package io.ramshot.bench.emulator;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** How far a guest had come and when, looked at every two milliseconds until it is closed. */
final class StepLog implements AutoCloseable {
  private static final long PERIOD_NANOS = 2_000_000;

  private final Emulator emulator;
  private final List<long[]> looks = new ArrayList<>();
  private final Thread thread = new Thread(this::run, "step-log");
  private volatile boolean closed;

  StepLog(Emulator emulator) throws IOException {
    this.emulator = emulator;
    look();
    thread.setDaemon(true);
    thread.start();
  }

  private void look() throws IOException {
    long time = System.nanoTime();
    looks.add(new long[] {time, emulator.steps()});
  }

  private void run() {
    try {
      while (!closed) {
        LockSupport.parkNanos(PERIOD_NANOS);
        look();
      }
    } catch (IOException e) {
      return; // the emulator is gone; whoever wants to know more will hear of it
    }
  }

  /** Steps between two times, by the looks next to them. After {@link #close}. */
  double steps(long from, long to) {
    return at(to) - at(from);
  }

  private double at(long time) {
    long[] before = looks.get(0);
    for (long[] look : looks) {
      if (look[0] >= time) {
        double part =
            look[0] == before[0] ? 0 : (double) (time - before[0]) / (look[0] - before[0]);
        return before[1] + part * (look[1] - before[1]);
      }
      before = look;
    }
    return before[1];
  }

  @Override
  public void close() {
    closed = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
