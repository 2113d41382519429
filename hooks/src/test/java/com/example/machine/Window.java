package com.example.machine;

import java.util.Arrays;

/** What shows a machine, on a thread of its own that never writes guest RAM. */
public final class Window implements Runnable, AutoCloseable {
  private final int[] screen = new int[256 << 10];
  private volatile boolean open = true;

  @Override
  public void run() {
    for (int color = 0; open; color++) {
      paint(color);
    }
  }

  /** Some 0.1 ms. */
  void paint(int color) {
    Arrays.fill(screen, color);
  }

  @Override
  public void close() {
    open = false;
  }
}
