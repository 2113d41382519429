package io.ramshot;

import com.sun.jna.Pointer;
import io.ramshot.uffd.Uses;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Copies RAM on the heap to native memory inside the freeze, with other threads that wait for the
 * work. The calling thread waits for none of them to begin.
 */
final class FreezeCopier implements AutoCloseable {
  /** A second thread is woken in the time that this takes to copy, in bytes. */
  private static final long CUT_BYTES = 256 << 10;

  private static final int MOST_THREADS = 4;

  /** Part of an array, and where it goes. */
  private record Cut(Object array, int from, int count, Pointer to, long offset) {}

  /** Work that was begun; immutable but for its counters. */
  private static final class Work {
    final List<Cut> cuts;
    final AtomicInteger next = new AtomicInteger();
    final AtomicInteger done = new AtomicInteger();
    volatile Throwable failure;

    Work(List<Cut> cuts) {
      this.cuts = cuts;
    }

    void help() {
      for (int i; (i = next.getAndIncrement()) < cuts.size(); ) {
        Cut cut = cuts.get(i);
        try {
          PrimitiveArray.read(cut.array, cut.from, cut.count, cut.to, cut.offset);
        } catch (RuntimeException | Error e) {
          failure = e;
        }
        done.getAndIncrement();
      }
    }
  }

  private final List<Cut> cuts = new ArrayList<>();
  private final Uses memory;
  private final CountDownLatch begun = new CountDownLatch(1);
  private volatile Work work;

  /**
   * @param memory that is copied to, used as long as one of the threads may do so
   */
  FreezeCopier(Uses memory) {
    this.memory = memory;
    new Work(cuts).help(); // nothing yet, but its code is loaded now and not in the freeze
    int helpers = Math.min(MOST_THREADS, Runtime.getRuntime().availableProcessors()) - 1;
    for (int i = 0; i < helpers; i++) {
      try {
        Thread thread = new Thread(this::await, "ramshot-copy-" + (i + 1));
        thread.setDaemon(true);
        thread.start();
      } catch (OutOfMemoryError e) {
        return; // then with fewer
      } catch (Throwable e) {
        begun.countDown(); // nobody else would, for those that wait already
        throw e;
      }
    }
  }

  private void await() {
    try {
      begun.await();
    } catch (InterruptedException e) {
      return;
    }
    Work given = work;
    if (given != null && memory.enter()) {
      try {
        given.help();
      } finally {
        memory.leave();
      }
    }
  }

  /** Adds a whole array to what {@link #run} will copy. */
  void add(Object array, Pointer to, long offset) {
    int element = PrimitiveArray.elementBytes(array.getClass());
    int length = Array.getLength(array);
    int step = (int) (CUT_BYTES / element);
    for (int from = 0; from < length; from += step) {
      int count = Math.min(step, length - from);
      cuts.add(new Cut(array, from, count, to, offset + (long) from * element));
    }
  }

  /**
   * Copies all that was added. Once only.
   *
   * @throws SnapshotException if not all could be copied
   */
  void run() throws SnapshotException {
    if (cuts.isEmpty()) {
      return;
    }
    Work mine = new Work(cuts);
    work = mine;
    begun.countDown();
    mine.help();
    while (mine.done.get() < cuts.size()) {
      if (Thread.currentThread().isInterrupted()) {
        throw new SnapshotException("interrupted while RAM on the heap was copied");
      }
      Thread.onSpinWait();
    }
    if (mine.failure != null) {
      throw new SnapshotException(
          "RAM on the heap could not be copied (" + mine.failure + "): please report this",
          mine.failure);
    }
  }

  /** Lets the threads go that still wait for work. */
  @Override
  public void close() {
    begun.countDown();
  }
}
