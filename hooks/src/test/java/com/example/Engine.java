package com.example;

import java.util.concurrent.atomic.AtomicInteger;

/** Stands for a native engine: one run lasts until it is stopped, and a stop before it is lost. */
public class Engine {

  public static final AtomicInteger STATIC_STOPS = new AtomicInteger();

  public final AtomicInteger runs = new AtomicInteger();
  public final AtomicInteger stops = new AtomicInteger();
  public volatile boolean ended;

  /** So many stops come between two runs, and have no effect. */
  public volatile int lost;

  private volatile boolean running;

  /** One quantum. */
  public void run() {
    runs.incrementAndGet();
    running = true;
    while (running && !ended) {
      Thread.onSpinWait();
    }
  }

  void stop() {
    stops.incrementAndGet();
    if (lost > 0) {
      lost--;
    } else {
      running = false;
    }
  }

  void stopBadly() {
    throw new IllegalStateException("the engine is not to be stopped");
  }

  static void stopAll() {
    STATIC_STOPS.incrementAndGet();
  }

  /** Keeps javac from seeing unused methods. */
  void use() {
    stop();
    stopBadly();
    stopAll();
  }
}
