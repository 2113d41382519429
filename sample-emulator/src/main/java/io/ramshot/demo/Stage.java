package io.ramshot.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What the demos do alike: start a machine, take a snapshot, verify its file. */
final class Stage {
  static final int SNAPSHOTS = 3;

  /** A disk slower than this is not waited for. In bytes per second. */
  private static final long SLOWEST = 10_000_000;

  private static final double BUSY_SHARE = 1.05;

  final Project project;
  final Options options;
  final Story story;
  final Summary summary;
  final Workplace workplace;
  private final Children children;
  private final Watchdog watchdog;
  private Machine newest;

  Stage(
      Project project,
      Options options,
      Story story,
      Summary summary,
      Workplace workplace,
      Children children,
      Watchdog watchdog) {
    this.project = project;
    this.options = options;
    this.story = story;
    this.summary = summary;
    this.workplace = workplace;
    this.children = children;
    this.watchdog = watchdog;
  }

  /** Gives the next activity its limit: seconds, and what it takes to read or write all RAM. */
  void limit(String activity, long seconds) {
    watchdog.limit(activity, Duration.ofSeconds(seconds + options.memory() / SLOWEST));
  }

  /**
   * Starts a machine and shows the command.
   *
   * @param agentOptions besides gate and state
   * @param arguments the machine's, besides RAM
   */
  Machine start(List<String> agentOptions, List<String> arguments) throws DemoException {
    Machine.shortCommand(agent(agentOptions), machine(arguments))
        .forEach(line -> story.say("%s", line));
    return startAnother(agentOptions, arguments);
  }

  /** The same without a word. */
  Machine startAnother(List<String> agentOptions, List<String> arguments) throws DemoException {
    newest = Machine.start(project, children, story, agent(agentOptions), machine(arguments));
    return newest;
  }

  private static List<String> agent(List<String> more) {
    List<String> all = new ArrayList<>(List.of(Machine.GATE, Machine.STATE));
    all.addAll(more);
    return all;
  }

  private List<String> machine(List<String> more) {
    List<String> all = new ArrayList<>(options.ramArguments());
    all.addAll(more);
    return all;
  }

  /**
   * Takes a snapshot while the guest runs, and prints its figures.
   *
   * @param number counted from 1
   */
  SnapshotFigures snapshot(SnapshotClient client, int number) throws DemoException {
    Path file = workplace.file(number);
    limit("snapshot " + number, 60);
    story.say("snapshot %d", number);
    long start = System.nanoTime();
    client.start(file);
    SnapshotFigures figures = client.await();
    long elapsed = System.nanoTime() - start;
    summary.taken(figures);
    story.item(
        "pause",
        "%s: gates %s, state %s, edges %s, scan %s, arm %s",
        Units.time(figures.pause("totalNanos")),
        Units.time(figures.pause("gateNanos")),
        Units.time(figures.pause("stateNanos")),
        Units.time(figures.pause("edgesNanos")),
        Units.time(figures.pause("scanNanos")),
        Units.time(figures.pause("armNanos")));
    story.item(
        "stalls",
        "%d: p50 %s, p99 %s, max %s",
        figures.stalls("count"),
        Units.time(figures.stalls("p50Nanos")),
        Units.time(figures.stalls("p99Nanos")),
        Units.time(figures.stalls("maxNanos")));
    story.item(
        "saved",
        "%s in %s, %s; safely on disk after %s",
        Units.bytes(figures.status("writtenBytes")),
        Units.time(figures.status("savingNanos")),
        Units.rate(figures.status("bytesPerSecond")),
        Units.time(elapsed));
    return figures;
  }

  /** Lets ramshot's command line read the whole file. */
  void verify(SnapshotFigures figures, int number) throws DemoException, InterruptedException {
    limit("the verification of snapshot " + number, 60);
    ramshot("verify", "--all", workplace.file(number).toString());
    story.item(
        "file",
        "%s, %s on disk; ramshot verify: intact",
        Units.bytes(figures.fileBytes()),
        Units.bytes(figures.allocatedBytes()));
  }

  /** Runs ramshot's command line, which must succeed, and returns what it printed. */
  String ramshot(String... arguments) throws DemoException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.addAll(List.of(Machine.java(), "-jar", project.agentJar().toString()));
    command.addAll(List.of(arguments));
    Process process = children.start(new ProcessBuilder(command).redirectErrorStream(true));
    String output = output(process);
    DemoException.require(
        process.waitFor() == 0, "ramshot %s says: %s", String.join(" ", arguments), output.strip());
    return output;
  }

  /** Runs a program to its end, which must be a success. */
  void run(String what, List<String> command) throws DemoException, InterruptedException {
    Process process = children.start(new ProcessBuilder(command).redirectErrorStream(true));
    String output = output(process).strip();
    DemoException.require(process.waitFor() == 0, "%s: %s", what, output);
  }

  private static String output(Process process) throws DemoException {
    try {
      process.getOutputStream().close();
      return new String(process.getInputStream().readAllBytes());
    } catch (IOException e) {
      throw new DemoException("a process broke: " + e.getMessage(), e);
    }
  }

  /** Why the newest machine has ended, in its own words; nothing if it runs. */
  List<String> lastErrors() throws InterruptedException {
    return newest == null ? List.of() : newest.lastErrors();
  }

  /** A guest faster during a snapshot than before it tells of something else. */
  void warnIfBusy(double share) {
    if (share > BUSY_SHARE) {
      story.item("", "(Other programs keep this computer busy, so speeds vary.)");
    }
  }

  /** Lets the machine run on. */
  static void pause(double seconds) throws InterruptedException {
    TimeUnit.NANOSECONDS.sleep((long) (seconds * Units.NANOS_PER_SECOND));
  }

  /** What ramshot says about a restore: the time that it took. */
  static String restoreTime(Machine machine) {
    return machine
        .agentLine("restored in")
        .map(line -> line.replaceAll(".*restored in", "in"))
        .orElse("in a time that it did not say");
  }
}
