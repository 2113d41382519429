package io.ramshot.image;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Numbered pieces of work that several threads do, and whose results are handed on in order. No
 * thread gets far ahead of the others, so that few results wait for their turn.
 *
 * @param <R> what comes of a piece
 */
public final class OrderedWork<R> {
  /** Results that may wait, for each thread. */
  private static final int AHEAD = 8;

  /** What does pieces, one after the other, on one thread. */
  @FunctionalInterface
  public interface Worker<R> {
    R work(long piece) throws ImageException;
  }

  /** Makes the worker of a thread, on that thread. */
  @FunctionalInterface
  public interface Factory<R> {
    Worker<R> worker();
  }

  private final long pieces;
  private final int threads;
  private final Consumer<R> sink;

  /** All below: guarded by this. */
  private final Map<Long, R> waiting = new HashMap<>();

  private long taken;
  private long handed;
  private Throwable failure;

  /**
   * @param pieces how many; they are numbered from 0
   * @param threads at least 1; the caller's is one of them
   * @param sink given each result in order, by one thread at a time
   */
  public OrderedWork(long pieces, int threads, Consumer<R> sink) {
    this.pieces = pieces;
    this.threads = (int) Math.max(1, Math.min(threads, pieces));
    this.sink = sink;
  }

  /**
   * Does all pieces.
   *
   * @throws ImageException the first that a worker threw; some pieces have not been done then
   */
  public void run(Factory<R> factory) throws ImageException {
    List<Thread> others = new ArrayList<>();
    for (int i = 1; i < threads; i++) {
      Thread thread = new Thread(() -> work(factory), "ramshot-work-" + i);
      thread.setDaemon(true);
      thread.start();
      others.add(thread);
    }
    work(factory);
    boolean interrupted = false;
    for (Thread thread : others) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true; /* as a read would have found, too late now */
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    synchronized (this) {
      if (failure instanceof ImageException e) {
        throw e;
      }
      if (failure instanceof Error e) {
        throw e;
      }
      if (failure != null) {
        throw (RuntimeException) failure;
      }
    }
  }

  private void work(Factory<R> factory) {
    try {
      Worker<R> worker = factory.worker();
      for (long piece = take(); piece >= 0; piece = take()) {
        hand(piece, worker.work(piece));
      }
    } catch (ImageException | RuntimeException | Error e) {
      fail(e);
    }
  }

  /** The next piece, -1 when there is none. */
  private synchronized long take() {
    boolean interrupted = false;
    while (failure == null && taken < pieces && taken >= handed + (long) threads * AHEAD) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return failure != null || taken == pieces ? -1 : taken++;
  }

  private synchronized void hand(long piece, R result) {
    waiting.put(piece, result);
    while (failure == null && waiting.containsKey(handed)) {
      sink.accept(waiting.remove(handed));
      handed++;
      notifyAll();
    }
  }

  private synchronized void fail(Throwable e) {
    if (failure == null) {
      failure = e;
    }
    notifyAll();
  }
}
