package io.ramshot.agent.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * The process that a command is about, as /proc shows it. Attaching sends SIGQUIT, which ends what
 * does not handle it and makes a JVM that cannot answer print all its threads: so it is looked at
 * first.
 */
final class TargetProcess {
  private static final long LOOK_NANOS = 20_000_000;

  /** A process that is younger may become a JVM yet: the launcher has to load it. */
  private static final double YOUNG_SECONDS = 5;

  /** How long a JVM may take, in ns of its running, until it listens. */
  private static final long READY_NANOS = 10_000_000_000L;

  /** Of SIGQUIT in the masks of proc_pid_status(5). */
  private static final long QUIT_BIT = 1L << 2;

  /** Linux's USER_HZ, in which /proc counts, is the same on every machine that ramshot runs on. */
  private static final double TICKS_A_SECOND = 100;

  private static final String NO_ATTACHING = "-XX:+DisableAttachMechanism";

  private final long pid;
  private final Path proc;

  private TargetProcess(long pid) {
    this.pid = pid;
    this.proc = Path.of("/proc", Long.toString(pid));
  }

  /** Refuses what is no JVM that this user can attach to. */
  static void requireJvm(long pid) throws CommandException {
    if (!System.getProperty("os.name").equals("Linux")) {
      throw new CommandException(
          "JVMs are reached on Linux only, and this is "
              + System.getProperty("os.name")
              + ": run this command where the JVM runs; those for files run everywhere");
    }
    new TargetProcess(pid).requireJvm();
  }

  private void requireJvm() throws CommandException {
    if (!Files.isDirectory(proc)) {
      throw new CommandException("there is no process " + pid + ": jps lists the running JVMs");
    }
    try {
      requireOwn();
      while (!mapsJvm()) {
        if (age() > YOUNG_SECONDS) {
          throw new CommandException(
              "process " + pid + " is no HotSpot JVM: jps lists the running JVMs");
        }
        LockSupport.parkNanos(LOOK_NANOS);
      }
      if (arguments().contains(NO_ATTACHING)) {
        throw new CommandException(
            "process "
                + pid
                + " runs with "
                + NO_ATTACHING
                + ", so no command reaches it: restart it without, or ask its MXBean by JMX");
      }
    } catch (AccessDeniedException e) {
      throw new CommandException(
          "process " + pid + " may not be looked into: run this command as that process's user");
    } catch (IOException | UncheckedIOException e) {
      throw new CommandException(
          "process " + pid + " cannot be examined (" + e.getMessage() + "): does it still run?");
    }
  }

  private void requireOwn() throws CommandException, IOException {
    Object owner = Files.getAttribute(proc, "unix:uid");
    Object self = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    if (owner.equals(self)) {
      return;
    }
    if (!self.equals(0)) {
      throw new CommandException(
          "process "
              + pid
              + " belongs to user "
              + Files.getOwner(proc).getName()
              + ": run this command as that user");
    }
    // Root out here is nobody in there, whom a JVM does not answer.
    if (!users(proc).equals(users(Path.of("/proc/self")))) {
      throw new CommandException(
          "process "
              + pid
              + " runs in a user namespace of its own, where this user counts for nothing: run this"
              + " command as user "
              + owner
              + " (setpriv --reuid="
              + owner
              + " --clear-groups java -jar ...)");
    }
  }

  private static Path users(Path proc) throws IOException {
    return Files.readSymbolicLink(proc.resolve("ns/user"));
  }

  private boolean mapsJvm() throws IOException {
    try (Stream<String> lines = Files.lines(proc.resolve("maps"), StandardCharsets.ISO_8859_1)) {
      return lines.anyMatch(line -> line.endsWith("/libjvm.so"));
    }
  }

  /** In seconds. */
  private double age() throws IOException {
    String stat = text(proc.resolve("stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    double started = Long.parseLong(fields[19]) / TICKS_A_SECOND; // field 22; the first is 3
    String uptime = text(Path.of("/proc/uptime"));
    return Double.parseDouble(uptime.substring(0, uptime.indexOf(' '))) - started;
  }

  private List<String> arguments() throws IOException {
    return List.of(text(proc.resolve("cmdline")).split("\0"));
  }

  /**
   * Waits until the JVM handles what attaching sends it.
   *
   * @param watch of this process, which need not run just now
   */
  static void awaitListening(long pid, TargetWatch watch) throws CommandException {
    TargetProcess process = new TargetProcess(pid);
    long start = watch.ranNanos();
    while (!process.listens()) {
      if (watch.ranNanos() - start > READY_NANOS) {
        throw new CommandException(
            "process "
                + pid
                + " does not handle SIGQUIT, by which attaching asks, and would end by it: wait"
                + " until that JVM has started, then try again");
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }

  /** Whether it is gone, too: then attaching says so. */
  private boolean listens() {
    String number = Long.toString(pid);
    String caught = "";
    try {
      for (String line : text(proc.resolve("status")).split("\n")) {
        if (line.startsWith("NSpid:")) {
          number = line.substring(line.lastIndexOf('\t') + 1);
        } else if (line.startsWith("SigCgt:")) {
          caught = line.substring(line.lastIndexOf('\t') + 1);
        }
      }
      return (Long.parseUnsignedLong(caught, 16) & QUIT_BIT) != 0
          || Files.exists(proc.resolve("root/tmp/.java_pid" + number)); // from the start, by -Xrs
    } catch (IOException | NumberFormatException e) {
      return true;
    }
  }

  /** Names in there may be no UTF-8. */
  private static String text(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.ISO_8859_1);
  }
}
