package com.example;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** A host of threads that do nothing but quanta, and of threads that wait. */
public final class Counters {

  private final CountDownLatch end = new CountDownLatch(1);
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean stopped;
  private volatile long sum;

  public Counters(int working, int waiting) {
    for (int i = 0; i < working; i++) {
      start("cpu-" + i, this::work);
    }
    for (int i = 0; i < waiting; i++) {
      start("waiting-" + i, this::await);
    }
  }

  private void start(String name, Runnable run) {
    Thread thread = new Thread(run, name);
    thread.setDaemon(true);
    thread.start();
    threads.add(thread);
  }

  private void work() {
    long x = 1;
    while (!stopped) {
      x = step(x);
    }
    sum += x;
  }

  /** One quantum, of a few microseconds. */
  long step(long x) {
    long y = x;
    for (int i = 0; i < 5_000; i++) {
      y = y * 6364136223846793005L + i;
    }
    return y;
  }

  private void await() {
    try {
      end.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  public void stop() throws InterruptedException {
    stopped = true;
    end.countDown();
    for (Thread thread : threads) {
      thread.join();
    }
  }
}
