package io.ramshot.demo;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Ends the demo when something takes far too long: the only time limit that there is, so that
 * everybody else may simply wait.
 *
 * <p>A JVM that hangs in a page fault answers no signal but SIGKILL and gives no thread dump. What
 * can be had are its native stacks, from gdb.
 */
final class Watchdog {
  private static final long GDB_SECONDS = 60;
  private static final long LOOK_MILLIS = 200;

  private final Children children;
  private final Runnable end;
  private String activity = "starting";
  private long leftMillis = Long.MAX_VALUE;

  /**
   * @param end what is left to do before the process ends with status 1
   */
  Watchdog(Children children, Runnable end) {
    this.children = children;
    this.end = end;
    Thread thread = new Thread(this::watch, "watchdog");
    thread.setDaemon(true);
    thread.start();
  }

  /** Gives the next activity its limit; the one before is over. */
  synchronized void limit(String what, Duration time) {
    activity = what;
    leftMillis = time.toMillis();
  }

  private synchronized String late() {
    return leftMillis <= 0 ? activity : null;
  }

  /** Looks count, and not what a clock says: the demo may have been stopped, by Ctrl-Z say. */
  private synchronized void looked() {
    leftMillis -= LOOK_MILLIS;
  }

  private void watch() {
    try {
      while (late() == null) {
        Thread.sleep(LOOK_MILLIS);
        looked();
      }
      System.out.println("FAILED: " + late() + " takes far too long");
      for (Process child : children.alive()) {
        printStacks(child.pid());
      }
    } catch (InterruptedException | RuntimeException e) {
      System.out.println("watchdog: " + e);
    } finally {
      try {
        end.run();
      } finally {
        Runtime.getRuntime().halt(1);
      }
    }
  }

  private static void printStacks(long pid) throws InterruptedException {
    System.out.println("native stacks of process " + pid + ":");
    System.out.flush();
    List<String> command =
        List.of("gdb", "-p", Long.toString(pid), "-batch", "-ex", "thread apply all bt");
    try {
      Process gdb = new ProcessBuilder(command).inheritIO().start();
      if (!gdb.waitFor(GDB_SECONDS, TimeUnit.SECONDS)) {
        gdb.destroyForcibly();
      }
    } catch (IOException e) {
      System.out.println("gdb is not there: " + e.getMessage());
    }
  }
}
