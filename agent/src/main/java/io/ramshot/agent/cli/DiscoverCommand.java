package io.ramshot.agent.cli;

import io.ramshot.agent.core.DiscoveryReport;
import io.ramshot.file.NewFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Watches a running JVM and prints a profile for it. */
@Command(
    name = "discover",
    description = {
      "Watch an unknown host while its guest runs, and print a profile for it.",
      "A snapshot is taken with the profile first, into a temporary file of the host's that is"
          + " deleted at once: the first lines say what came of it.",
      "Memory that Unsafe allocated before is not found: start such a host with"
          + " -javaagent:ramshot.jar=discover."
    },
    mixinStandardHelpOptions = true)
final class DiscoverCommand implements Callable<Integer> {
  private static final long POLL_MILLIS = 250;

  /** A host that is late: searching a large heap and trying the profile take time. */
  private static final long PATIENCE_NANOS = 180_000_000_000L;

  @Mixin private PidParameter process;

  @Option(
      names = "--seconds",
      paramLabel = "<n>",
      defaultValue = "10",
      description = "how long to watch; default 10")
  private int seconds;

  @Option(
      names = "--out",
      paramLabel = "<file>",
      description = "file for the profile; must not exist. Default: stdout")
  private Path out;

  @Override
  public Integer call() throws CommandException, IOException, InterruptedException {
    if (seconds < 2 || seconds > 3600) {
      throw new CommandException(
          ExitStatus.USAGE, "--seconds=" + seconds + ": give 2 to 3600 seconds");
    }
    if (out != null && Files.exists(out)) {
      throw new CommandException(
          ExitStatus.USAGE, "--out=" + out + " exists: name another file, or remove it");
    }
    DiscoveryReport report = watch();
    if (!report.found()) {
      throw new CommandException(report.text());
    }
    if (out == null) {
      System.out.print(report.text());
      System.out.flush();
    } else {
      NewFile.write(out, report.text().getBytes(StandardCharsets.UTF_8));
      System.out.println(out);
    }
    return ExitStatus.DONE;
  }

  private DiscoveryReport watch() throws CommandException, InterruptedException {
    long pid = process.pid();
    RuntimeModules.require(RuntimeModules.ATTACH);
    TargetProcess.requireJvm(pid);
    try (TargetWatch watch = TargetWatch.start(pid);
        Attachment jvm = Attachment.open(pid, watch)) {
      return watch(pid, watch, jvm);
    }
  }

  private DiscoveryReport watch(long pid, TargetWatch watch, Attachment jvm)
      throws CommandException, InterruptedException {
    if (report(jvm).begun() && !report(jvm).ended()) {
      throw new CommandException(
          "process " + pid + " is being watched already: wait for that to end");
    }
    jvm.load("discover=" + seconds + "s");
    long end = watch.ranNanos() + seconds * 1_000_000_000L + PATIENCE_NANOS;
    DiscoveryReport report;
    while (!(report = report(jvm)).ended()) {
      if (!report.begun()) {
        throw new CommandException("process " + pid + " cannot be watched: see what it printed");
      }
      if (watch.ranNanos() > end) {
        throw new CommandException(
            "process " + pid + " is still being watched: try again with less --seconds");
      }
      Thread.sleep(POLL_MILLIS);
    }
    return report;
  }

  private static DiscoveryReport report(Attachment jvm) throws CommandException {
    return DiscoveryReport.of(jvm.systemProperties());
  }
}
