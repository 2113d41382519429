package com.example;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A host of several threads that write to RAM without a gate, by one logical clock: each write
 * takes the next tick of the clock and appends it to its thread's own ring in RAM.
 *
 * <p>So at any instant RAM holds every tick so far that no ring has overwritten, but for at most
 * one a thread that was taken and is not written yet.
 */
public final class Writers {

  private static final VarHandle IN_BUFFER =
      MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final VarHandle IN_BYTES =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final VarHandle IN_WORDS = MethodHandles.arrayElementVarHandle(long[].class);

  /** Apart, so that a ring spans many pages, which are armed one after the other; in bytes. */
  private static final int STRIDE = 512;

  /** Writes a tick at a multiple of eight bytes: at once, and not before those written earlier. */
  private interface Store {
    void put(int offset, long tick);
  }

  /** RAM if it is {@code bytes}, else null. */
  public byte[] bytes;

  /** RAM if it is {@code words}, else null. */
  public long[] words;

  private final Store ram;
  private final int writers;
  private final int entries;
  private final AtomicLong clock = new AtomicLong();
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean stopped;
  private volatile Throwable failure;

  public Writers(int writers, int size) {
    this(writers, size, "direct");
  }

  /**
   * @param size of RAM in bytes
   * @param kind of RAM: direct, bytes or words
   */
  public Writers(int writers, int size, String kind) {
    this.writers = writers;
    this.entries = size / writers / STRIDE;
    this.ram =
        switch (kind) {
          case "direct" -> inBuffer(Memory.direct(size).order(ByteOrder.LITTLE_ENDIAN));
          case "bytes" -> inBytes(bytes = new byte[size]);
          case "words" -> inWords(words = new long[size / Long.BYTES]);
          default -> throw new IllegalArgumentException(kind);
        };
  }

  private static Store inBuffer(ByteBuffer buffer) {
    return (offset, tick) -> IN_BUFFER.setRelease(buffer, offset, tick);
  }

  /** Newer JDKs have nothing stronger for arrays of bytes than plain access and fences. */
  private static Store inBytes(byte[] array) {
    return (offset, tick) -> {
      VarHandle.releaseFence();
      IN_BYTES.set(array, offset, tick);
    };
  }

  private static Store inWords(long[] array) {
    return (offset, tick) -> IN_WORDS.setRelease(array, offset / Long.BYTES, tick);
  }

  /** The last tick that a writer has taken. */
  public long now() {
    return clock.get();
  }

  /** Starts them, as platform threads or, where the JVM has them, as virtual ones. */
  public void start(boolean virtual) throws ReflectiveOperationException {
    for (int i = 0; i < writers; i++) {
      int own = i;
      Runnable run = () -> write(own);
      Thread thread;
      if (virtual) {
        thread =
            (Thread) Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, run);
      } else {
        thread = new Thread(run, "writer-" + i);
        thread.setDaemon(true);
        thread.start();
      }
      threads.add(thread);
    }
  }

  private void write(int own) {
    try {
      for (long written = 0; !stopped; written++) {
        ram.put(at(own, (int) (written % entries)), clock.incrementAndGet());
      }
    } catch (Throwable t) {
      failure = t;
    }
  }

  private int at(int writer, int entry) {
    return (writer * entries + entry) * STRIDE;
  }

  public void stop() throws InterruptedException {
    stopped = true;
    for (Thread thread : threads) {
      thread.join();
    }
    if (failure != null) {
      throw new IllegalStateException("a writer failed", failure);
    }
  }

  /**
   * What is wrong with an image that was frozen when the clock stood still at a tick.
   *
   * @param image the bytes of RAM
   * @return null if it is the instant
   */
  public String defect(ByteBuffer image, long frozenAt) {
    ByteBuffer bytes = image.order(ByteOrder.LITTLE_ENDIAN);
    long[][] rings = new long[writers][entries];
    long from = 0;
    long newest = 0;
    for (int w = 0; w < writers; w++) {
      int oldest = 0;
      for (int e = 0; e < entries; e++) {
        rings[w][e] = bytes.getLong(at(w, e));
        newest = Math.max(newest, rings[w][e]);
        if (e > 0 && rings[w][e] < rings[w][e - 1]) {
          if (oldest != 0) {
            return "writer " + w + " wrote out of order at entry " + e;
          }
          oldest = e;
        }
      }
      if (rings[w][entries - 1] != 0) {
        from = Math.max(from, rings[w][oldest]);
      }
    }
    if (newest > frozenAt) {
      return "tick " + newest + " was written after the freeze at tick " + frozenAt;
    }
    if (newest < from || newest == 0) {
      return "there is nothing to see";
    }
    boolean[] seen = new boolean[Math.toIntExact(frozenAt - from)];
    for (long[] ring : rings) {
      for (long tick : ring) {
        if (tick > from) {
          seen[(int) (tick - from - 1)] = true;
        }
      }
    }
    int missing = 0;
    for (boolean tick : seen) {
      missing += tick ? 0 : 1;
    }
    return missing <= writers
        ? null
        : missing + " ticks before the freeze are missing, after tick " + from + " of " + frozenAt;
  }
}
