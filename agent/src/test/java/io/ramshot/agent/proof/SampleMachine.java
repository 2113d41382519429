package io.ramshot.agent.proof;

import io.ramshot.agent.ForkedJvm;
import io.ramshot.agent.JmxClient;
import io.ramshot.sample.Main;
import io.ramshot.sample.board.Board;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.management.openmbean.CompositeData;

/** The sample emulator in a JVM of its own, and what its guest prints. */
final class SampleMachine {
  static final String GATE = "gate=" + Board.class.getName() + "::step";
  static final String STATE = "state=" + Board.class.getName() + "::save/load";
  static final String AGENT = GATE + "," + STATE;

  private static final Path FIRMWARE =
      Path.of(
          System.getProperty(
              "ramshot.firmware",
              ForkedJvm.RAMSHOT_JAR
                  .toPath()
                  .resolve("../../../sample-emulator/target/firmware")
                  .normalize()
                  .toString()));

  private SampleMachine() {}

  /**
   * @param builder says how the JVM is started, and whether with the agent
   */
  static ForkedJvm start(ForkedJvm.Builder builder, List<String> arguments) throws Exception {
    return builder.start(Main.class, arguments.toArray(String[]::new));
  }

  static ForkedJvm start(ForkedJvm.Builder builder, String... arguments) throws Exception {
    return start(builder, List.of(arguments));
  }

  /** Connects to a machine whose guest has begun to run: before that, a JVM refuses agents. */
  static JmxClient connect(ForkedJvm machine) throws Exception {
    machine.awaitOut(line -> !line.isBlank());
    return JmxClient.connectNow(machine);
  }

  /** Takes a snapshot to its end, and says why if that is not COMPLETED. */
  static CompositeData snapshot(ForkedJvm machine, JmxClient client, Path target) throws Exception {
    client.start(target);
    CompositeData result = client.waitFor(30_000);
    if (!result.get("state").equals("COMPLETED")) {
      throw new AssertionError(ended(result) + "; " + machine);
    }
    return result;
  }

  /** How a snapshot ended, in short. */
  static String ended(CompositeData result) {
    return result.get("state") + ": " + result.get("message");
  }

  /** Waits for the edge guest to have reported once more, and further on. */
  static void awaitProgress(ForkedJvm machine) throws InterruptedException {
    long before = progress(machine.out());
    machine.awaitOut(line -> progress(List.of(line)) > before);
  }

  /** Passes and pages of the last whole report, as one ascending number; -1 if there is none. */
  private static long progress(List<String> lines) {
    long last = -1;
    for (String line : lines) {
      String[] words = line.split(" ");
      if (line.startsWith("edge: pass ") && words.length == 7) {
        last = Long.parseLong(words[2]) * (1L << 32) + Long.parseLong(words[4]);
      }
    }
    return last;
  }

  /**
   * Runs a machine to an instruction and has it written to files.
   *
   * @param prefix of the files
   * @return what the guest printed
   */
  static String dump(ForkedJvm.Builder builder, List<String> arguments, long stopAt, Path prefix)
      throws Exception {
    List<String> all = new ArrayList<>(arguments);
    all.add("--stop-at=" + stopAt);
    all.add("--dump=" + prefix);
    try (ForkedJvm machine = start(builder, all)) {
      if (machine.exitStatus() != 0) {
        throw new AssertionError("no dump; " + machine);
      }
      return String.join("\n", machine.out());
    }
  }

  /** A file that the script must have fetched. */
  static Path firmware(String name) {
    Path file = FIRMWARE.resolve(name);
    if (!Files.exists(FIRMWARE.resolve("VERSIONS")) || !Files.exists(file)) {
      throw new AssertionError(
          file + " is missing: run sample-emulator/scripts/fetch-firmware first");
    }
    return file;
  }
}
