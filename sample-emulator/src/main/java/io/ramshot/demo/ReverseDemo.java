package io.ramshot.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reverse execution: a machine whose time counts instructions keeps a timeline, is killed, goes
 * back in it, and runs forward again to the very state that it had.
 */
final class ReverseDemo {
  private static final int KEEP = 6;

  /** As large as RAM, at most at a time: the ring, and three dumps. */
  static final int FILES = KEEP + 1 + 3;

  /** So often, in ms. */
  private static final long EVERY = 1000;

  private static final long LOOK_MILLIS = 100;

  private final Stage stage;
  private final Story story;
  private final ReverseSummary summary;
  private final Path folder;

  /** Whether somebody has seen the command that goes back. */
  private boolean shown;

  /**
   * @param summary takes what comes out
   */
  ReverseDemo(Stage stage, ReverseSummary summary) {
    this.stage = stage;
    this.story = stage.story;
    this.summary = summary;
    this.folder = stage.workplace.folder().resolve("timeline");
  }

  void run() throws DemoException, IOException, InterruptedException {
    story.title(
        Units.format(
            "A machine with %s of RAM goes back in time, and forward again to where it was.",
            Units.bytes(stage.options.memory())));
    record();
    story.step("What is left of it");
    List<ListedCheckpoint> list = list();
    DumpedMachine end = dump("end", "", 1);
    story.say("Its last checkpoint is of instruction %d, at pc 0x%x.", end.steps(), end.pc());

    story.step("Back, and forward again");
    for (ListedCheckpoint checkpoint : List.of(list.get(list.size() - 2), list.get(0))) {
      again(checkpoint, end);
    }
    story.step("One instruction back");
    stepBack(list.get(list.size() - 2), end);
    conclude();
  }

  /** Lets the machine run until the ring has turned, and kills it. */
  private void record() throws DemoException, InterruptedException {
    DemoException.require(Files.notExists(folder), "%s exists: remove it", folder);
    story.step("Start the machine, with a checkpoint every second");
    stage.limit("the guest's start", 60);
    Machine machine =
        stage.start(
            List.of("timeline=" + folder, "every=" + EVERY + "ms", "keep=" + KEEP),
            List.of("--deterministic"));
    machine
        .uart()
        .awaitLine(
            "'edge: ready'", 0, line -> Optional.of(line).filter(l -> l.text().endsWith("ready")));
    story.say("The guest writes to each page of its RAM, again and again.");
    try (SnapshotClient client = SnapshotClient.connect(machine.pid())) {
      stage.limit("the timeline", 60 + 10 * KEEP);
      while (client.merged() < 2) {
        machine.requireAlive();
        Thread.sleep(LOOK_MILLIS);
      }
    }
    machine.kill();
    story.say("SIGKILL, once the oldest checkpoints had given way to newer ones.");
  }

  private List<ListedCheckpoint> list() throws DemoException, InterruptedException {
    stage.limit("the list of checkpoints", 60);
    List<ListedCheckpoint> list =
        ListedCheckpoint.parse(stage.ramshot("timeline", folder.toString(), "--json"));
    for (ListedCheckpoint checkpoint : list) {
      DemoException.require(checkpoint.whole(), "checkpoint #%d is broken", checkpoint.number());
      story.item(
          "#" + checkpoint.number(),
          "%5.1f s before the newest, %s, %s",
          checkpoint.beforeNewest() / 1e3,
          Units.bytes(checkpoint.stored()),
          checkpoint.kind());
    }
    // Killed between two, the ring may have one more than it keeps.
    DemoException.require(
        list.size() == KEEP || list.size() == KEEP + 1, "there are %d checkpoints", list.size());
    summary.listed(list.size());
    return list;
  }

  /**
   * Restores a moment, runs on, and writes the machine to files.
   *
   * @param moment what follows the folder's name
   * @param stopAt instructions since the reset; one that is past writes what was restored
   */
  private DumpedMachine dump(String name, String moment, long stopAt)
      throws DemoException, IOException, InterruptedException {
    stage.limit("the run from " + (moment.isEmpty() ? "the newest checkpoint" : moment), 120);
    Path prefix = stage.workplace.folder().resolve(name);
    List<String> arguments = new ArrayList<>(List.of("--deterministic"));
    arguments.add("--stop-at=" + stopAt);
    arguments.add("--dump=" + prefix);
    List<String> agent = List.of("restore=" + folder + moment);
    boolean worthShowing = !shown && stopAt > 1;
    shown |= worthShowing;
    Machine machine =
        worthShowing ? stage.start(agent, arguments) : stage.startAnother(agent, arguments);
    int status = machine.exitStatus();
    DemoException.require(status == 0, "the restored machine ended with status %d", status);
    return DumpedMachine.read(prefix);
  }

  private static String moment(ListedCheckpoint checkpoint) {
    return "@-" + checkpoint.beforeNewest() + "ms";
  }

  /** From a checkpoint to the end once more. */
  private void again(ListedCheckpoint checkpoint, DumpedMachine end)
      throws DemoException, IOException, InterruptedException {
    DumpedMachine start = dump("start", moment(checkpoint), 1);
    DumpedMachine arrived = dump("again", moment(checkpoint), end.steps());
    DemoException.require(
        start.steps() < end.steps() && !start.isSame(end),
        "checkpoint #%d is not before the end",
        checkpoint.number());
    DemoException.require(
        arrived.isSame(end), "from checkpoint #%d it came to another end", checkpoint.number());
    story.item("back", "%.1f s, to instruction %d", checkpoint.beforeNewest() / 1e3, start.steps());
    story.item(
        "forward",
        "%d instructions: RAM and state are as they were, to the byte",
        end.steps() - start.steps());
    summary.same(checkpoint.beforeNewest(), end.steps() - start.steps());
    start.delete();
    arrived.delete();
  }

  /** The state that no checkpoint has: just before the end. */
  private void stepBack(ListedCheckpoint checkpoint, DumpedMachine end)
      throws DemoException, IOException, InterruptedException {
    DumpedMachine before = dump("before", moment(checkpoint), end.steps() - 1);
    DemoException.require(
        before.steps() == end.steps() - 1 && !before.isSame(end), "it did not stop before the end");
    story.say("It is at pc 0x%x, and goes to 0x%x next.", before.pc(), end.pc());
    before.delete();
    end.delete();
  }

  private void conclude() {
    story.step("What this proved");
    story.say("- A machine that was killed leaves a timeline that is whole.");
    story.say("- Its oldest checkpoints gave way to newer ones; the rest is what it was.");
    story.say("- A machine whose time counts instructions can be run backwards: restore what");
    story.say("  was before, and run forward to any instruction.");
  }
}
