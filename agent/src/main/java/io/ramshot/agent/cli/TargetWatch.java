package io.ramshot.agent.cli;

import io.ramshot.RunningTime;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Watches the process that a command talks to. While that is stopped it answers nothing, and a call
 * waits: somebody must say so, and no limit of the command's may count that time.
 */
final class TargetWatch implements AutoCloseable {
  private static final long LOOK_NANOS = 40_000_000;

  /** What is shorter needs no words: gdb stops a process for a moment to look at it, say. */
  private static final long SAID_AFTER_NANOS = 300_000_000;

  private final long pid;
  private final Standstill standstill;
  private final Consumer<String> console;
  private final Thread thread = new Thread(this::watch, "ramshot-target");
  private volatile boolean closed;
  private volatile boolean stopped;
  private volatile int stops;
  private volatile long ranNanos;

  private TargetWatch(long pid, Standstill standstill, Consumer<String> console) {
    this.pid = pid;
    this.standstill = standstill;
    this.console = console;
  }

  /** What there is to say goes to stderr. */
  static TargetWatch start(long pid) {
    return start(
        pid,
        new Standstill(pid),
        line -> {
          ProgressLine.clearTerminal();
          System.err.println("ramshot: " + line);
        });
  }

  static TargetWatch start(long pid, Standstill standstill, Consumer<String> console) {
    TargetWatch watch = new TargetWatch(pid, standstill, console);
    watch.thread.setDaemon(true);
    watch.thread.start();
    return watch;
  }

  private void watch() {
    RunningTime time = new RunningTime();
    long seen = 0;
    long standing = 0;
    boolean said = false;
    while (!closed) {
      LockSupport.parkNanos(this, LOOK_NANOS);
      Optional<String> remedy = standstill.remedy();
      long passed = time.nanos() - seen;
      seen += passed;
      if (remedy.isEmpty()) {
        ranNanos += passed;
        stopped = false;
        standing = 0;
        said = false;
        continue;
      }
      if (!stopped) {
        stops++;
        stopped = true;
      }
      standing += passed;
      if (!said && standing >= SAID_AFTER_NANOS) {
        said = true;
        console.accept(
            "process " + pid + " is stopped: " + remedy.get() + "; waiting until it goes on");
      }
    }
  }

  /** Waits until the process runs, or is gone. */
  void awaitRunning() {
    while (standstill.remedy().isPresent()) {
      LockSupport.parkNanos(this, LOOK_NANOS);
    }
  }

  /** Whether it is stopped just now. */
  boolean isStopped() {
    return standstill.remedy().isPresent();
  }

  /** How often it was seen to be stopped so far. */
  int stops() {
    return stops;
  }

  /** For how long it, and this process, ran since the watch began, in ns. */
  long ranNanos() {
    return ranNanos;
  }

  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
  }
}
