package io.ramshot.agent.cli;

import io.ramshot.agent.options.Quantity;
import io.ramshot.agent.options.TimelinePlan;
import io.ramshot.agent.timeline.Checkpoint;
import io.ramshot.agent.timeline.TimelineException;
import io.ramshot.agent.timeline.TimelineFolder;
import io.ramshot.agent.tools.Json;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Begins and ends the timeline of a JVM, and lists that of a folder. */
@Command(
    name = "timeline",
    description = {
      "Keep the last checkpoints of a guest in a folder, one every so often:",
      "  timeline PID FOLDER [--every 10s] [--keep 6]   begins one",
      "  timeline PID                                   tells how it is doing",
      "  timeline PID --stop                            ends it; the checkpoints stay",
      "  timeline FOLDER [--json]                       lists a folder's checkpoints"
    },
    mixinStandardHelpOptions = true)
final class TimelineCommand implements Callable<Integer> {
  private static final String PID = "[0-9]{1,18}";

  @Parameters(
      index = "0",
      paramLabel = "<pid|folder>",
      description = "process id of the JVM, or a folder to list (./123 if its name is a number)")
  private String subject;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "<folder>",
      description = "folder for the checkpoints; made if it does not exist")
  private Path folder;

  @Option(
      names = "--every",
      paramLabel = "<duration>",
      description = "from one checkpoint to the next: 500ms, 10s, 5m. Default: 10s")
  private String every;

  @Option(
      names = "--keep",
      paramLabel = "<number>",
      description = "how many checkpoints stay. Default: " + TimelinePlan.DEFAULT_KEEP)
  private Integer keep;

  @Option(names = "--stop", description = "end the timeline")
  private boolean stop;

  @Mixin private JsonOption json;

  @Option(
      names = "--options",
      paramLabel = "<options>",
      defaultValue = "",
      description = "for the agent, where it is not loaded yet")
  private String options;

  @Override
  public Integer call() throws CommandException {
    boolean process = subject.matches(PID);
    if (!process && (folder != null || every != null || keep != null || stop)) {
      throw usage(subject + " is no process id: give one to begin or end a timeline");
    }
    if (process && json.isSet()) {
      throw usage("--json lists a folder: give one, ./" + subject + " if that is its name");
    }
    if (folder == null && (every != null || keep != null) || folder != null && stop) {
      throw usage("--every and --keep go with a folder, --stop without one");
    }
    if (!process) {
      return list();
    }
    return folder == null ? (stop ? stop() : tell()) : start();
  }

  private static CommandException usage(String message) {
    return new CommandException(ExitStatus.USAGE, message);
  }

  private long pid() {
    return Long.parseLong(subject);
  }

  private int start() throws CommandException {
    Duration interval = every == null ? TimelinePlan.DEFAULT_EVERY : Quantity.duration(every);
    if (interval == null || interval.isZero()) {
      throw usage(
          "--every="
              + every
              + " is not a duration above 0: give a number with ms, s or m, and a year at most");
    }
    int count = keep == null ? TimelinePlan.DEFAULT_KEEP : keep;
    Path absolute = folder.toAbsolutePath().normalize();
    String checked = AttachCommand.check(options);
    try (Target target = Target.open(pid(), Target.Absent.LOAD, checked)) {
      target.startTimeline(absolute, interval.toMillis(), count);
      System.out.println(absolute);
      return ExitStatus.DONE;
    }
  }

  private int stop() throws CommandException {
    try (Target target = Target.open(pid(), Target.Absent.REFUSE, "")) {
      if (!target.stopTimeline()) {
        throw new CommandException("no timeline is running in process " + pid());
      }
      tell(target.timeline()).forEach(System.out::println);
      return ExitStatus.DONE;
    }
  }

  private int tell() throws CommandException {
    try (Target target = Target.open(pid(), Target.Absent.REFUSE, "")) {
      CompositeData timeline = target.timeline();
      if (timeline == null) {
        throw new CommandException(
            "no timeline is running in process " + pid() + ": name a folder to begin one");
      }
      tell(timeline).forEach(System.out::println);
      return ExitStatus.DONE;
    }
  }

  private static List<String> tell(CompositeData timeline) {
    String message = (String) timeline.get("message");
    String first =
        String.format(
            "%s: %s, every %s, %d of %d checkpoints",
            timeline.get("directory"),
            (Boolean) timeline.get("running") ? "running" : "ended",
            Quantity.time((Long) timeline.get("everyMillis") * 1_000_000),
            timeline.get("checkpoints"),
            timeline.get("keep"));
    String second =
        String.format(
            "taken %d (%d increments), merged away %d, failed %d, skipped %d",
            timeline.get("taken"),
            timeline.get("increments"),
            timeline.get("merged"),
            timeline.get("failed"),
            timeline.get("skipped"));
    List<String> lines = new ArrayList<>(List.of(first, second));
    String doing = (String) timeline.get("doing");
    if (!doing.isEmpty()) {
      lines.add(doing + " for " + Quantity.time((Long) timeline.get("doingMillis") * 1_000_000));
    }
    if (timeline.get("lastFailureTime") != null) {
      String next = (String) timeline.get("nextTime");
      lines.add(
          (message.isEmpty() ? "last failure " : "failing since the last checkpoint, at ")
              + timeline.get("lastFailureTime")
              + ": "
              + timeline.get("lastFailure")
              + (message.isEmpty() || next == null ? "" : "; tried again at " + next));
    }
    return lines;
  }

  private int list() throws CommandException {
    try {
      Path absolute = Path.of(subject).toAbsolutePath().normalize();
      TimelineFolder folder = new TimelineFolder(absolute);
      List<Checkpoint> list = folder.list();
      if (list.isEmpty() && !json.isSet()) {
        throw new CommandException(absolute + " holds no checkpoints");
      }
      TimelineText text = new TimelineText(list, System.currentTimeMillis());
      if (json.isSet()) {
        text.to(new Json(System.out), absolute);
      } else {
        text.lines().forEach(System.out::println);
        for (Path stranger : folder.strangers()) {
          System.out.println(stranger.getFileName() + " is no regular file: it is passed over");
        }
      }
      return list.stream().allMatch(Checkpoint::isWhole) ? ExitStatus.DONE : ExitStatus.FAILED;
    } catch (TimelineException e) {
      throw new CommandException(e.getMessage());
    }
  }
}
