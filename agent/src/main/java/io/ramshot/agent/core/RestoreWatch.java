package io.ramshot.agent.core;

import io.ramshot.Guest;
import io.ramshot.RunningTime;
import io.ramshot.hooks.Hooks;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Sees to it that a restore happens, or the JVM ends: a misspelt gate must not give a guest that
 * starts afresh.
 *
 * <p>Before the host has allocated the RAM that is in the image, nothing is wrong: it may wait for
 * its user. From then on a vCPU is due, in time in which the process runs.
 */
final class RestoreWatch implements Runnable {

  /** After which it is said what is missing; a vCPU is due at once. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  /** How often RAM is looked for. */
  private static final Duration LOOK = Duration.ofMillis(100);

  private final Restore restore;
  private final AwaitedRam ram;
  private final Guest guest;
  private final Hooks hooks;
  private final Duration timeout;
  private final Console console;

  RestoreWatch(
      Restore restore,
      AwaitedRam ram,
      Guest guest,
      Hooks hooks,
      Duration timeout,
      Console console) {
    this.restore = restore;
    this.ram = ram;
    this.guest = guest;
    this.hooks = hooks;
    this.timeout = timeout;
    this.console = console;
  }

  /** Begins, and returns at once. */
  void start() {
    Thread thread = new Thread(this, "ramshot-restore-watch");
    thread.setDaemon(true);
    thread.setContextClassLoader(null);
    thread.start();
    Thread end = new Thread(this::ending, "ramshot-restore-end");
    Runtime.getRuntime().addShutdownHook(end);
  }

  @Override
  public void run() {
    try {
      watch();
    } catch (RuntimeException | Error e) {
      restore.giveUp("cannot watch for the guest's first quantum: " + Console.line(e));
    }
    restore.awaitEnd();
  }

  private void watch() {
    RunningTime sinceLook = new RunningTime();
    // Since the host began, and from when on it has the RAM.
    RunningTime since = new RunningTime();
    boolean there = false;
    boolean told = false;
    while (restore.isAwaited()) {
      if (sinceLook.reached(LOOK)) {
        sinceLook.restart();
        if (there != ram.isIn(guest, hooks)) {
          there = !there;
          told = false;
          since.restart();
        }
        if (there && since.reached(timeout)) {
          restore.giveUp(
              "no vCPU came to a gate within "
                  + text(timeout)
                  + " of the guest's RAM being there: "
                  + hooks.uncalledGates()
                  + "; correct gate=, or raise restore.timeout=");
        } else if (!told && since.reached(there ? PATIENCE : timeout)) {
          told = true;
          console.say("restore: " + (there ? overdue() : stillToCome()));
        }
      }
      LockSupport.parkNanos(RunningTime.LOOK_MILLIS * 1_000_000);
    }
  }

  private String overdue() {
    return "the guest's RAM is there, but no vCPU has come to a gate: "
        + hooks.uncalledGates()
        + "; the JVM ends if none does within restore.timeout="
        + text(timeout);
  }

  private String stillToCome() {
    return "still waiting for the guest: " + missingRam() + ", and " + hooks.uncalledGates();
  }

  /** The JVM ends. Nobody must take that for a guest that was restored and came to its end. */
  private void ending() {
    if (!restore.isPending() || !hooks.hostHasClasses()) {
      return;
    }
    String why = "the JVM ended";
    try {
      why =
          restore.isAwaited()
              ? "the JVM ended before a vCPU came to a gate: "
                  + hooks.uncalledGates()
                  + (ram.isIn(guest, hooks) ? "" : "; and " + missingRam())
              : "the JVM ended in the middle of it";
    } finally {
      restore.giveUp(why);
    }
  }

  private String missingRam() {
    String options = hooks.missingRam();
    return "the guest has no RAM "
        + ram.missing(guest, hooks)
        + (options.isEmpty() ? "" : " (" + options + ")");
  }

  private static String text(Duration duration) {
    long millis = duration.toMillis();
    return millis % 1000 == 0 ? millis / 1000 + "s" : millis + "ms";
  }
}
