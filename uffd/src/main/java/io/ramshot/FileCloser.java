package io.ramshot;

import io.ramshot.file.NewFile;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/**
 * Closes a snapshot's file, on a thread of its own: a dead disk keeps even that for ever. The
 * thread stands ready from before there is a file, for at the end the host may have none to spare.
 */
final class FileCloser {
  private static final Duration LIMIT = Duration.ofMillis(200);

  /** In bytes; it is there all through a snapshot, which may have little memory. */
  private static final long STACK = 256 << 10;

  private final CountDownLatch asked = new CountDownLatch(1);
  private final Thread ready = thread();

  /** Null until it is made. */
  private volatile NewFile file;

  private volatile boolean closed;

  /** Has the thread ready. */
  void start() {
    ready.start();
  }

  void file(NewFile made) {
    file = made;
  }

  private Thread thread() {
    Thread thread = new Thread(null, this::run, "ramshot-discard", STACK);
    thread.setDaemon(true);
    return thread;
  }

  private void run() {
    while (asked.getCount() > 0) {
      try {
        asked.await();
      } catch (InterruptedException e) {
        continue; /* by somebody who interrupts all threads */
      }
    }
    NewFile made = file;
    if (made != null && !closed) {
      Retry.run(() -> close(made));
    }
  }

  private void close(NewFile made) {
    try {
      made.close();
    } catch (IOException e) {
      /* The engine could create it in this folder, so this is a disk that died since. */
    }
    closed = true;
  }

  /**
   * Closes the file, and removes it unless it has its name. A dead disk must not keep from the
   * caller how the snapshot ended: the file then goes once the disk is back. Harmless when there is
   * none, and when it is closed.
   */
  void close() {
    asked.countDown();
    if (file == null || closed) {
      return;
    }
    Thread closing = ready;
    if (!closing.isAlive()) {
      /* it has failed before */
      closing = thread();
      closing.start();
    }
    boolean interrupted = Thread.interrupted(); /* by a participant's time-out, say */
    try {
      RunningTime.join(closing, LIMIT);
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (!closed && !closing.isAlive()) {
      throw new IllegalStateException("the thread that closes the file has ended");
    }
  }
}
