package com.example;

import java.nio.ByteBuffer;

/**
 * A guest that writes its count to one page after the other, to all of its RAM alike: any image of
 * it can be told right from wrong by itself.
 */
public final class Ticker {
  private static final int PAGE = 4096;

  private final ByteBuffer ram;
  private final byte[] heap;
  private long count;
  private volatile long ticks;
  private volatile boolean stopped;

  /**
   * @param ram whole pages
   * @param heap as long, or null for none
   */
  public Ticker(ByteBuffer ram, byte[] heap) {
    this.ram = ram;
    this.heap = heap;
  }

  public void start() {
    Thread thread =
        new Thread(
            () -> {
              while (!stopped) {
                step();
                ticks = ticks + 1;
              }
            },
            "ticker");
    thread.setDaemon(true);
    thread.start();
  }

  /** One quantum. */
  void step() {
    for (int i = 0; i < 64; i++) {
      int at = (int) (count % (ram.capacity() / PAGE)) * PAGE;
      count++;
      ram.putLong(at, count);
      if (heap != null) {
        ByteBuffer.wrap(heap).putLong(at, count);
      }
    }
  }

  byte[] save() {
    return ByteBuffer.allocate(Long.BYTES).putLong(count).array();
  }

  void load(byte[] state) {
    count = ByteBuffer.wrap(state).getLong();
  }

  /** Grows while the guest runs. */
  public long ticks() {
    return ticks;
  }

  /** What page {@code page} of {@code pages} begins with at the count of a saved state. */
  public static long expected(byte[] state, int page, int pages) {
    long count = ByteBuffer.wrap(state).getLong();
    long turn = (count - 1 - page) / pages;
    return count <= page ? 0 : turn * pages + page + 1;
  }
}
