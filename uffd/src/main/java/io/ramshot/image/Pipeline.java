package io.ramshot.image;

import io.ramshot.text.Cause;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Has steps done by several threads, and takes what they made in the order in which they were
 * given. At most two steps a thread are under way, which bounds memory.
 */
final class Pipeline<T> implements AutoCloseable {

  /** Takes what a step made, on the thread that gives the steps. */
  interface Sink<T> {
    void take(T made) throws ImageException;
  }

  private final ExecutorService threads;
  private final Sink<T> sink;
  private final int depth;
  private final Deque<Future<T>> underWay = new ArrayDeque<>();

  Pipeline(String name, int threads, Sink<T> sink) {
    this.sink = sink;
    this.depth = depth(threads);
    this.threads =
        Executors.newFixedThreadPool(
            threads,
            work -> {
              Thread thread = new Thread(work, name);
              thread.setDaemon(true);
              return thread;
            });
  }

  /** How many steps are under way at most, and one more whose product is being taken. */
  static int depth(int threads) {
    return 2 * threads;
  }

  /** Gives a step, once there is room for it. */
  void give(Callable<T> step) throws ImageException {
    while (underWay.size() >= depth) {
      take();
    }
    underWay.add(threads.submit(step));
  }

  /** Takes all that is under way. */
  void finish() throws ImageException {
    while (!underWay.isEmpty()) {
      take();
    }
  }

  private void take() throws ImageException {
    Future<T> next = underWay.remove();
    boolean interrupted = false;
    try {
      while (true) {
        try {
          sink.take(next.get());
          return;
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof ImageException failure) {
        throw failure;
      }
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw new IllegalStateException(Cause.text(e), e.getCause());
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Leaves what is under way; returns when no thread is at it any more. */
  @Override
  public void close() {
    threads.shutdown();
    for (Future<T> left : underWay) {
      left.cancel(false);
    }
    boolean interrupted = false;
    while (!threads.isTerminated()) {
      try {
        threads.awaitTermination(1, java.util.concurrent.TimeUnit.MINUTES);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
