package io.ramshot.agent.cli;

import io.ramshot.agent.options.Quantity;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Takes a snapshot and waits for it. */
@Command(
    name = "snapshot",
    description = {
      "Save the guest's RAM and state as they are at one instant; the guest runs on meanwhile.",
      "Ctrl-C cancels the snapshot."
    },
    mixinStandardHelpOptions = true)
final class SnapshotCommand implements Callable<Integer> {
  private static final long POLL_MILLIS = 200;

  private static final long CANCEL_MILLIS = 10_000;

  private static final long STOPPED_POLL_MILLIS = 100;

  @Mixin private PidParameter process;

  @Parameters(
      index = "1",
      paramLabel = "<file>",
      description = "image to write; must not exist. Written by the JVM, as its user")
  private Path file;

  @Option(
      names = "--parent",
      paramLabel = "<image>",
      description = "store only what has changed since this image, which is in the same folder")
  private Path parent;

  @Option(
      names = "--timeout",
      paramLabel = "<duration>",
      description = "cancel a snapshot that takes longer: 500ms, 30s, 5m. Default: no limit")
  private String timeout;

  @Option(
      names = "--options",
      paramLabel = "<options>",
      defaultValue = "",
      description = "for the agent, where it is not loaded yet")
  private String options;

  private final Set<String> warned = new HashSet<>();

  /** Set once the snapshot is over, so that a late Ctrl-C cancels nothing. */
  private volatile boolean over;

  @Override
  public Integer call() throws CommandException {
    Duration limit = limit();
    String checked = AttachCommand.check(options);
    if (file.getFileSystem() != FileSystems.getDefault()) {
      throw new CommandException(
          ExitStatus.USAGE,
          file.toUri() + " is no file of this machine: save to one, and pack it there afterwards");
    }
    Path absolute = file.toAbsolutePath().normalize();
    try (Target target = Target.open(process.pid(), Target.Absent.LOAD, checked)) {
      String started =
          target.start(absolute, parent == null ? null : parent.toAbsolutePath().normalize());
      Thread cancelling = new Thread(() -> cancelAndHalt(target), "ramshot-cancel");
      Runtime.getRuntime().addShutdownHook(cancelling);
      try {
        CompositeData result = await(target, started, limit);
        HostLines.unmatched(target).forEach(line -> System.err.println("ramshot: " + line));
        return report(result, target.pid());
      } finally {
        over = true;
        removeHook(cancelling);
      }
    }
  }

  private static void removeHook(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // Ctrl-C already; the hook ends the process.
      try {
        hook.join();
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private Duration limit() throws CommandException {
    if (timeout == null) {
      return null;
    }
    Duration duration = Quantity.duration(timeout);
    if (duration == null || duration.isZero()) {
      throw new CommandException(
          ExitStatus.USAGE,
          "--timeout=" + timeout + " is not a duration above 0: give a number with ms, s or m");
    }
    return duration;
  }

  private CompositeData await(Target target, String started, Duration limit)
      throws CommandException {
    long start = target.ranNanos();
    boolean timedOut = false;
    CompositeData result;
    try (ProgressLine line = new ProgressLine()) {
      while (!Figures.ended(result = own(target, started, target.waitFor(POLL_MILLIS)))) {
        if (!timedOut && limit != null && target.ranNanos() - start > limit.toNanos()) {
          timedOut = true;
          target.cancel();
        }
        CompositeData status = (CompositeData) result.get("status");
        warn(status, line);
        line.show(() -> Figures.progress(status));
      }
      warn((CompositeData) result.get("status"), line);
    }
    if (timedOut && result.get("state").equals("CANCELLED")) {
      throw new CommandException(
          "the snapshot took longer than " + timeout + " and was cancelled: allow it more time");
    }
    return result;
  }

  /** Somebody else may have started the next one in between. */
  private static CompositeData own(Target target, String started, CompositeData newest)
      throws CommandException {
    if (started.equals(newest.get("target"))) {
      return newest;
    }
    CompositeData own = null;
    for (CompositeData result : (CompositeData[]) target.attribute("History")) {
      if (started.equals(result.get("target"))) {
        own = result;
      }
    }
    if (own == null) {
      throw new CommandException(
          "how the snapshot to "
              + started
              + " ended is not known any more, so many others have been taken since: verify the"
              + " file");
    }
    return own;
  }

  /** What a snapshot will cost is said while it can be cancelled. */
  private void warn(CompositeData status, ProgressLine line) {
    for (String warning : Figures.warnings(status)) {
      if (warned.add(warning)) {
        line.clear();
        System.err.println("ramshot: " + warning);
      }
    }
  }

  private static int report(CompositeData result, long pid) throws CommandException {
    String message = (String) result.get("message");
    switch ((String) result.get("state")) {
      case "COMPLETED":
        break;
      case "CANCELLED":
        throw new CommandException(ExitStatus.CANCELLED, "cancelled: " + message);
      default:
        throw new CommandException("the snapshot failed: " + message);
    }
    if (!message.isEmpty()) {
      System.err.println("ramshot: " + message);
    }
    Figures.nobodyFrozen((CompositeData) result.get("status"), pid)
        .ifPresent(warning -> System.err.println("ramshot: " + warning));
    System.out.println(result.get("target"));
    Figures.lines((CompositeData) result.get("status")).forEach(System.out::println);
    System.out.printf(
        "  %-10s %s%n",
        "file",
        Figures.file(
            Figures.number(result, "fileBytes"), Figures.number(result, "allocatedBytes")));
    System.out.printf(
        "  %-10s %s, frozen at %s%n", "image", result.get("id"), result.get("freezeTime"));
    return ExitStatus.DONE;
  }

  /** Upon Ctrl-C. A process that is stopped cannot be asked to cancel, and nobody waits for it. */
  private void cancelAndHalt(Target target) {
    if (over) {
      return;
    }
    Thread cancelling = new Thread(() -> halt(cancel(target)), "ramshot-cancelling");
    cancelling.setDaemon(true);
    cancelling.start();
    try {
      do {
        cancelling.join(STOPPED_POLL_MILLIS);
      } while (!target.isStopped());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    System.err.println();
    System.err.println(
        "ramshot: process "
            + target.pid()
            + " is stopped, so the snapshot goes on when that does; end it then with cancel "
            + target.pid());
    halt(ExitStatus.FAILED);
  }

  private static void halt(int status) {
    Runtime.getRuntime().halt(status);
  }

  private static int cancel(Target target) {
    int status = ExitStatus.CANCELLED;
    System.err.println(); // the terminal has written ^C
    try {
      target.cancel();
      CompositeData result = target.waitFor(CANCEL_MILLIS);
      if (result.get("state").equals("COMPLETED")) {
        System.err.println("ramshot: too late to cancel, the snapshot is complete");
        status = ExitStatus.DONE;
      } else if (Figures.ended(result)) {
        System.err.println("ramshot: cancelled, no file remains");
      } else {
        System.err.println("ramshot: the target is still cancelling; ask it with status");
      }
    } catch (CommandException e) {
      System.err.println("ramshot: " + e.getMessage());
      status = ExitStatus.FAILED;
    }
    return status;
  }
}
