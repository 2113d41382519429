package io.ramshot.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * The demo with real firmware: OpenSBI and U-Boot, and a RAM test typed in at U-Boot's prompt that
 * would notice a page restored wrongly.
 */
final class UbootDemo {
  /**
   * What the snapshots may write per second. As fast as the disk is, one would be over within a
   * fraction of a round; so the test is in the middle of its work while pages are saved.
   */
  private static final String RATE = "64m";

  /** Rounds that a snapshot's speed is compared with. */
  private static final int BASELINE = 4;

  /** Rounds until the JVM's compilers are done. */
  private static final int WARM_UP = 4;

  /** How late text may come here that the guest had sent before the freeze, in ns. */
  private static final long LATE_NANOS = 200_000_000;

  private static final List<String> WORTH_SHOWING = List.of("-> size", "relocaddr", "Build");

  private final Stage stage;
  private final Story story;

  /** Where in the first machine's output the last snapshot must be, in characters. */
  private int earliest;

  private int latest;

  UbootDemo(Stage stage) {
    this.stage = stage;
    this.story = stage.story;
  }

  void run() throws DemoException, IOException, InterruptedException {
    story.title(
        Units.format(
            "U-Boot in %s of RAM: three snapshots amid a RAM test, then back from one.",
            Units.bytes(stage.options.memory())));
    stage.limit("fetching the firmware", 300);
    stage.run(
        "no firmware",
        List.of(stage.project.fetchFirmware().toString(), stage.project.firmware().toString()));

    story.step("Start the machine, with ramshot as its agent");
    Machine machine = start(List.of("rate=" + RATE));
    stage.limit("the boot", 120);
    Prompt prompt = new Prompt(machine);
    prompt.stopAutoboot();
    int pieces = typeTest(prompt);
    story.say("U-Boot is up. A RAM test is typed in at its prompt: each round checks one");
    story.say("piece of 4 MiB, fills it with other random bytes and checks it again.");
    story.say("A lap of %d rounds goes through nearly all of RAM.", pieces);
    int firstLine = machine.uart().lineCount() + 1; // the echo comes before
    prompt.start("run ram_loop");
    RamTest test = new RamTest(machine.uart(), firstLine);
    stage.limit("the first rounds", 120);
    test.await(WARM_UP);

    story.step("Three snapshots while the test runs, at no more than " + RATE + " per second");
    try (SnapshotClient client = SnapshotClient.connect(machine.pid())) {
      for (int i = 1; i <= Stage.SNAPSHOTS; i++) {
        snapshot(machine, test, client, i);
      }
    }
    story.step("Kill the machine");
    test.await(test.newest() + 1);
    int end = test.newest();
    machine.kill();
    story.say("SIGKILL, after round 0x%x.", end);
    restore(machine.uart().text(), pieces);
  }

  private Machine start(List<String> agentOptions) throws DemoException {
    return stage.start(
        agentOptions,
        List.of(
            "--bios=" + stage.project.firmware().resolve("fw_jump.bin"),
            "--kernel=" + stage.project.firmware().resolve("u-boot.bin")));
  }

  /** Returns the number of rounds in a lap. */
  private int typeTest(Prompt prompt) throws DemoException, IOException, InterruptedException {
    for (String line : Files.readAllLines(stage.project.ramLoop())) {
      if (!line.isBlank() && !line.startsWith("#")) {
        prompt.run(line);
      }
    }
    String pieces = String.join("", prompt.run("echo ${pieces}")).strip();
    DemoException.require(pieces.matches("[0-9a-f]{1,6}"), "U-Boot says: %s", pieces);
    prompt.run("run ram_start");
    return Integer.parseInt(pieces, 16);
  }

  private void snapshot(Machine machine, RamTest test, SnapshotClient client, int number)
      throws DemoException, InterruptedException {
    stage.limit("the guest's rounds", 120);
    long watched = System.nanoTime();
    int before = test.newest() + BASELINE;
    test.await(before);
    earliest = machine.uart().length();
    long asked = System.nanoTime();
    SnapshotFigures figures = stage.snapshot(client, number);
    // The wall clock is what two processes share by name.
    long freeze =
        System.nanoTime()
            - Duration.between(Instant.parse(figures.freezeTime()), Instant.now()).toNanos();
    latest = machine.uart().lengthAt(freeze + LATE_NANOS);
    int during = test.newest();
    stage.limit("the guest's rounds", 120);
    test.await(during + 1);
    stage.verify(figures, number);
    stage.summary.verified();
    double baseline = test.speed(watched, asked, asked);
    double speed = test.speed(freeze, freeze + figures.status("savingNanos"), asked);
    stage.summary.guestShare(speed / baseline);
    story.item(
        "guest",
        "%.2f rounds/s before, %.2f during: %s of its speed",
        baseline,
        speed,
        Units.percent(speed / baseline));
    stage.warnIfBusy(speed / baseline);
    story.item("test", "rounds 0x%x to 0x%x were ok meanwhile", before + 1, during + 1);
    if (number < Stage.SNAPSHOTS) {
      stage.workplace.done(stage.workplace.file(number));
    }
  }

  private void restore(String old, int pieces) throws DemoException, InterruptedException {
    story.step("Restore the last snapshot in a new JVM");
    stage.limit("the restore", 120);
    Machine machine = start(List.of("restore=" + stage.workplace.file(Stage.SNAPSHOTS)));
    RamTest test = new RamTest(machine.uart(), 0);
    int first = test.awaitAny();
    story.say(
        "Restored %s. It goes on in the middle of round 0x%x.", Stage.restoreTime(machine), first);
    stage.limit("round " + (first + 1), 60);
    test.await(first + 1);
    int at = checkContinuation(old, machine.uart());

    story.say("Now a whole lap, so that every piece of the restored RAM is checked ...");
    for (int round = first; round < first + pieces; round++) {
      stage.limit("round " + round, 60);
      test.await(round);
    }
    int last = test.newest();
    List<Integer> rounds = test.rounds();
    for (int i = 0; i < rounds.size(); i++) {
      DemoException.require(
          rounds.get(i) == first + i, "round 0x%x came in place of 0x%x", rounds.get(i), first + i);
    }
    story.say("Rounds 0x%x to 0x%x are ok: all of RAM is as it was at the snapshot.", first, last);
    String again = machine.uart().text();
    int common = Math.min(again.length(), old.length() - at);
    DemoException.require(
        old.startsWith(again.substring(0, common), at),
        "the restored guest does not print what the killed one had printed");
    long same = old.substring(at, at + common).lines().filter(l -> l.endsWith(" ok")).count();
    DemoException.require(same > 1, "the killed machine had not gone on for two rounds");
    story.say("In its first %d rounds it printed byte for byte what the killed one had", same);
    story.say("printed after the snapshot, checksums of random data included.");
    talk(new Prompt(machine));
    int status = machine.exitStatus();
    DemoException.require(status == 0, "the restored machine ended with status %d", status);
    story.say("=> poweroff, and the machine ends.");
    stage.summary.restored();
    conclude();
  }

  /**
   * Finds where in the first machine's output the second one goes on: somewhere between what had
   * come when the last snapshot was asked for, and what had come a moment after the freeze.
   */
  private int checkContinuation(String old, Uart uart) throws DemoException {
    String text = uart.text();
    for (int at = earliest; at <= latest; at++) {
      if (old.startsWith(text.substring(0, Math.min(text.length(), old.length() - at)), at)) {
        return at;
      }
    }
    throw new DemoException("the restored guest goes on elsewhere than the snapshot was taken");
  }

  private void talk(Prompt prompt) throws DemoException, InterruptedException {
    stage.limit("the restored prompt", 120);
    story.say("Ctrl-C, and U-Boot's prompt is back:");
    prompt.interrupt();
    String words = "hello from the restored guest";
    List<String> echo = show(prompt, "echo " + words, List.of(words));
    DemoException.require(echo.contains(words), "U-Boot does not echo: %s", echo);
    List<String> board = show(prompt, "bdinfo", WORTH_SHOWING);
    String size = Units.format("-> size     = 0x%016x", stage.options.memory());
    DemoException.require(board.contains(size), "U-Boot does not know its RAM: %s", board);
    prompt.start("poweroff");
  }

  /** Runs a command and prints those lines of its answer that begin in one of some ways. */
  private List<String> show(Prompt prompt, String command, List<String> beginnings)
      throws DemoException, InterruptedException {
    List<String> answer = prompt.run(command);
    story.say("  => %s", command);
    answer.stream()
        .filter(line -> beginnings.stream().anyMatch(line::startsWith))
        .forEach(line -> story.say("  %s", line));
    return answer;
  }

  private void conclude() {
    story.step("What this proved");
    story.say("- Real firmware ran on while its RAM was saved, and never found it broken.");
    story.say("- Every page's checksum was read back from the files and is right.");
    story.say("- A machine that was killed goes on in a new process in the middle of a");
    story.say("  command, with all of its RAM, its CPU and its serial port, and answers.");
  }
}
