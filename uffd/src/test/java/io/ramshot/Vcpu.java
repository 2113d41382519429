package io.ramshot;

import java.util.concurrent.atomic.AtomicReference;

/** A guest thread: one quantum after the other, until it is stopped. */
final class Vcpu {
  private final Thread thread;
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private volatile boolean stopped;
  private volatile long quanta;

  private Vcpu(String name, Gate gate, Runnable quantum) {
    thread = new Thread(() -> run(gate, quantum), name);
    thread.setDaemon(true);
  }

  /**
   * @param gate passed before each quantum, or null
   */
  static Vcpu start(String name, Gate gate, Runnable quantum) {
    Vcpu vcpu = new Vcpu(name, gate, quantum);
    vcpu.thread.start();
    return vcpu;
  }

  private void run(Gate gate, Runnable quantum) {
    try {
      while (!stopped) {
        if (gate != null) {
          gate.pass();
        }
        quantum.run();
        quanta = quanta + 1;
      }
    } catch (Throwable e) {
      failure.set(e);
    }
  }

  /** Waits until it has done another {@code more} quanta: the guest runs on. */
  void awaitQuanta(int more) throws InterruptedException {
    long goal = quanta + more;
    while (quanta < goal) {
      check();
      Thread.sleep(1);
    }
  }

  /** Fails if the guest did. */
  void check() {
    if (failure.get() != null) {
      throw new AssertionError("the guest failed", failure.get());
    }
  }

  void stop() throws InterruptedException {
    stopped = true;
    thread.join();
    check();
  }
}
