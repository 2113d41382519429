package io.ramshot.demo;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import javax.management.openmbean.CompositeData;

/**
 * The demo with a guest whose RAM shows how far it has come: an image is proven to be one instant
 * byte by byte, and the guest's speed can be watched from outside.
 */
final class EdgeDemo {
  private static final String READY = "edge: ready";

  /** How long the guest's speed is measured before a snapshot, in seconds. */
  private static final double BASELINE = 2;

  /** The JVM's compilers are given this long, in seconds. */
  private static final double WARM_UP = 4;

  /** The guest reports so often, in ticks. */
  private static final long REPORT_TICKS = (long) (EdgeReport.TICKS_PER_SECOND / 4);

  /** How late the first report after a restore may come, in ticks: the JVM is cold. */
  private static final long COLD_TICKS = (long) (5 * EdgeReport.TICKS_PER_SECOND);

  /** How much faster than it was ever seen the guest may be. */
  private static final double MARGIN = 1.5;

  private final Stage stage;
  private final Story story;

  /** The last snapshot, and what is to be compared with it. */
  private EdgeImage image;

  private EdgeReport lastBefore;
  private double fastest;

  EdgeDemo(Stage stage) {
    this.stage = stage;
    this.story = stage.story;
  }

  void run() throws DemoException, IOException, InterruptedException {
    story.title(
        Units.format(
            "A guest with %s of RAM: three snapshots while it runs, then back from one.",
            Units.bytes(stage.options.memory())));
    story.step("Start the machine, with ramshot as its agent");
    stage.limit("the guest's start", 60);
    Machine machine = stage.start(List.of(), List.of());
    machine
        .uart()
        .awaitLine("'" + READY + "'", 0, line -> Optional.of(line).filter(EdgeDemo::ready));
    try (SnapshotClient client = SnapshotClient.connect(machine.pid());
        Speedometer speed = speedometer(client, machine)) {
      Stage.pause(WARM_UP);
      story.say("The guest adds one to a byte in each page of its RAM, page after page,");
      story.say("pass after pass, as fast as it can. It says: %s", newest(machine));
      story.step("Three snapshots while it runs");
      for (int i = 1; i <= Stage.SNAPSHOTS; i++) {
        snapshot(machine, client, speed, i);
      }
    }
    story.step("Kill the machine");
    EdgeReport end = newest(machine);
    machine.kill();
    story.say("SIGKILL. Its last words: %s", end);
    restore(end);
  }

  private static boolean ready(Uart.Line line) {
    return line.text().equals(READY);
  }

  private Speedometer speedometer(SnapshotClient client, Machine machine)
      throws DemoException, IOException {
    for (CompositeData block : client.blocks()) {
      if ((Long) block.get("bytes") == stage.options.memory()) {
        long address = Long.parseLong(((String) block.get("address")).substring(2), 16);
        GuestMemory memory = new GuestMemory(machine.pid(), address);
        long magic = memory.word(EdgeImage.PROGRESS, ByteBuffer.allocate(Long.BYTES));
        DemoException.require(magic == EdgeImage.MAGIC, "block %s is not RAM", block.get("name"));
        return new Speedometer(memory);
      }
    }
    throw new DemoException("ramshot has not found the guest's RAM");
  }

  /** The newest report that has come. */
  private static EdgeReport newest(Machine machine) throws DemoException {
    return machine.uart().linesFrom(0).stream()
        .flatMap(line -> EdgeReport.parse(line).stream())
        .reduce((older, newer) -> newer)
        .orElseThrow(() -> new DemoException("the guest has not reported yet"));
  }

  private void snapshot(Machine machine, SnapshotClient client, Speedometer speed, int number)
      throws DemoException, IOException, InterruptedException {
    stage.limit("the guest's work", 60);
    Stage.pause(BASELINE);
    long baseline = (long) (BASELINE * Units.NANOS_PER_SECOND);
    EdgeReport requested = newest(machine);
    long countBefore = speed.steps();
    long asked = System.nanoTime();
    SnapshotFigures figures = stage.snapshot(client, number);
    int linesSoFar = machine.uart().lineCount();
    EdgeReport firstAfter = machine.uart().awaitLine("a report", linesSoFar, EdgeReport::parse);
    long countAfter = speed.steps();

    stage.verify(figures, number);
    try (ImageFile file = ImageFile.open(stage.workplace.file(number))) {
      image = EdgeImage.judge(file, stage.options.memory());
    }
    checkOrder(
        Math.max(countBefore, requested.steps(image.pages())),
        Math.min(countAfter, firstAfter.steps(image.pages())));
    lastBefore = newestBefore(machine, image);
    stage.summary.verified();

    // The image holds the guest's own count, so it says itself when the freeze was.
    long freeze = speed.lastTimeAt(image.counted());
    double full = speed.speed(asked - baseline, asked);
    double during = speed.speed(freeze, freeze + figures.status("savingNanos"));
    fastest = speed.fastest();
    stage.summary.guestShare(during / full);
    story.item(
        "guest",
        "%.1f passes/s before, %.1f during: %s of its speed",
        full / image.pages(),
        during / image.pages(),
        Units.percent(during / full));
    // What the guest loses before the freeze is in no figure of the snapshot's own.
    story.item(
        "",
        "(%s in the %s that it took to prepare)",
        Units.percent(speed.speed(asked, freeze) / full),
        Units.time(freeze - asked));
    stage.warnIfBusy(during / full);
    story.item(
        "instant", "pass %d page %d, and no page is from another", image.pass(), image.page());
    story.item("", "The guest reported %s before,", where(lastBefore));
    story.item("", "and %s after.", where(firstAfter));
    if (number < Stage.SNAPSHOTS) {
      stage.workplace.done(stage.workplace.file(number));
    }
  }

  private static String where(EdgeReport report) {
    return Units.format("pass %d page %d", report.pass(), report.page());
  }

  /** What was seen of the guest before the snapshot was asked for, and after, is on either side. */
  private void checkOrder(long before, long after) throws DemoException {
    DemoException.require(
        before <= image.steps() && image.counted() <= after,
        "the image shows step %d, but the guest was at %d before the snapshot and at %d after it",
        image.steps(),
        before,
        after);
  }

  /** The newest report after which the guest went on before the freeze. */
  private static EdgeReport newestBefore(Machine machine, EdgeImage image) throws DemoException {
    return machine.uart().linesFrom(0).stream()
        .flatMap(line -> EdgeReport.parse(line).stream())
        .filter(report -> report.steps(image.pages()) < image.counted())
        .reduce((older, newer) -> newer)
        .orElseThrow(() -> new DemoException("the guest had not reported before the snapshot"));
  }

  private void restore(EdgeReport end) throws DemoException, InterruptedException {
    story.step("Restore the last snapshot in a new JVM");
    stage.limit("the restore", 60);
    Machine machine =
        stage.start(List.of("restore=" + stage.workplace.file(Stage.SNAPSHOTS)), List.of());
    EdgeReport first = machine.uart().awaitLine("a report", 0, EdgeReport::parse);
    DemoException.require(
        machine.uart().linesFrom(0).stream().noneMatch(EdgeDemo::ready),
        "the guest started afresh instead of going on");
    story.say("Restored %s.", Stage.restoreTime(machine));
    story.item("before", "%s  last report before the snapshot", lastBefore);
    story.item("snapshot", "pass %d page %d", image.pass(), image.page());
    story.item("restored", "%s  first report", first);
    story.item("killed", "%s  how far the old one had come", end);
    checkGoesOn(first, end);

    EdgeReport next = machine.uart().awaitLine("a report", 1, EdgeReport::parse);
    DemoException.require(
        next.steps(image.pages()) > first.steps(image.pages()) && next.time() > first.time(),
        "the restored guest does not go on: %s, then %s",
        first,
        next);
    machine.type("q");
    machine
        .uart()
        .awaitLine(
            "'edge: off'", 2, line -> Optional.of(line).filter(l -> l.text().equals("edge: off")));
    int status = machine.exitStatus();
    DemoException.require(status == 0, "the restored machine ended with status %d", status);
    story.say("It goes on, hears the key q, and powers itself off.");
    stage.summary.restored();
    conclude();
  }

  /**
   * The first report is due a quarter of a second of guest time after the one before the freeze.
   */
  private void checkGoesOn(EdgeReport first, EdgeReport end) throws DemoException {
    long ticks = first.time() - lastBefore.time();
    DemoException.require(
        ticks >= REPORT_TICKS && ticks <= REPORT_TICKS + COLD_TICKS,
        "the guest's clock went from %.2f s to %.2f s over the restore",
        lastBefore.seconds(),
        first.seconds());
    long steps = first.steps(image.pages()) - image.steps();
    double most = MARGIN * fastest * ticks / EdgeReport.TICKS_PER_SECOND;
    DemoException.require(
        steps >= 0 && steps <= most,
        "the restored guest is %d steps from the snapshot, where 0 to %.0f are possible",
        steps,
        most);
    DemoException.require(
        first.steps(image.pages()) < end.steps(image.pages()),
        "the restored guest is as far as the killed one was: %s",
        first);
  }

  private void conclude() {
    story.step("What this proved");
    story.say("- Each file holds all RAM as it was at one instant, while the guest went on");
    story.say("  writing to every page: its bytes have at most one step, of exactly one,");
    story.say("  where the guest's own count in the same image says, and between what the");
    story.say("  guest had reported before and after.");
    story.say("- Every page's checksum was read back from the file and is right.");
    story.say("- A machine that was killed goes on in a new process from where the last");
    story.say("  snapshot was taken: RAM, CPU, clock and serial port.");
  }
}
