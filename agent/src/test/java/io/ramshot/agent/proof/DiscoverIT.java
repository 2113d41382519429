package io.ramshot.agent.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.example.host.BareHost;
import io.ramshot.agent.ForkedJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A machine that ramshot is told nothing about: discovered, and taken with what was found. */
@Tag("once")
class DiscoverIT {

  private static final String GATE = "\ngate=io.ramshot.sample.board.Board::step\n";

  @TempDir private Path directory;

  /** The profile is used by another JVM, whose image a third one goes on from. */
  @Test
  void aMachineThatIsWatchedFromItsLaunch() throws Exception {
    String ram = "--ram=heap-int";
    Path profile = directory.resolve("found.properties");
    try (ForkedJvm machine =
        SampleMachine.start(
            jvm().withAgent("discover=6s,discover.out=" + profile), "--memory=32m", ram)) {
      machine.awaitErr(line -> line.contains("discover: the profile is in " + profile));
      SampleMachine.awaitProgress(machine);
      assertEquals(1, machine.messages().size(), machine.toString());
    }
    String text = Files.readString(profile);
    assertTrue(text.contains("\nram=io.ramshot.sample.memory.HeapIntRam#words\n"), text);
    assertTrue(text.contains("\nstate=io.ramshot.sample.board.Board::save/load\n"), text);
    assertTrue(text.contains(GATE), text);

    Path image = directory.resolve("machine.ramshot");
    try (ForkedJvm machine =
        SampleMachine.start(jvm().withAgent("profile=" + profile), "--memory=32m", ram)) {
      machine.awaitOut(line -> line.equals("edge: ready"));
      String pid = Long.toString(machine.pid());
      run(0, "snapshot", pid, image.toString());
      EdgePattern.check(SavedMachine.read(image).ram());
      ForkedJvm status = run(0, "status", pid);
      status.awaitOut(
          line ->
              line.startsWith("profile: main, asked for by profile=")
                  && line.endsWith(
                      "; matched: 1 blocks, 1 of 1 gates called, 1 objects with state"));
      assertEquals(List.of(), machine.messages());
    }
    goesOn(profile, image, ram);
  }

  /** In a new JVM. */
  private static void goesOn(Path profile, Path image, String ram) throws Exception {
    try (ForkedJvm machine =
        SampleMachine.start(
            jvm().withAgent("profile=" + profile + ",restore=" + image), "--memory=32m", ram)) {
      machine.awaitOut(line -> line.startsWith("edge: pass "));
      SampleMachine.awaitProgress(machine);
      assertFalse(machine.out().contains("edge: ready"), machine.toString());
      assertEquals(1, machine.messages().size(), machine.toString());
    }
  }

  /** With room for RAM on its heap. */
  private static ForkedJvm.Builder jvm() {
    return ForkedJvm.java("-Xmx128m");
  }

  /** The agent comes for the watch, and again for a snapshot with what was found. */
  @Test
  void aMachineThatRunsAlready() throws Exception {
    String ram = "--ram=direct";
    Path profile = directory.resolve("found.properties");
    Path image = directory.resolve("machine.ramshot");
    try (ForkedJvm machine = SampleMachine.start(jvm(), "--memory=32m", ram)) {
      machine.awaitOut(line -> line.equals("edge: ready"));
      String pid = Long.toString(machine.pid());
      ForkedJvm discover = run(0, "discover", pid, "--seconds=5");
      String text = String.join("\n", discover.out()) + "\n";
      assertTrue(text.contains("\nram=io.ramshot.sample.memory."), text);
      assertTrue(text.contains(GATE), text);
      assertEquals(List.of(), machine.messages());
      SampleMachine.awaitProgress(machine);
      run(1, "status", pid); // it was only watched

      Files.writeString(profile, text);
      run(0, "attach", pid, "profile=" + profile);
      assertEquals(List.of(), run(0, "snapshot", pid, image.toString()).messages());
      EdgePattern.check(SavedMachine.read(image).ram());
      assertEquals(List.of(), machine.messages());
    }
    goesOn(profile, image, ram);
  }

  @Test
  void whatCannotBeWatchedIsRefused() throws Exception {
    try (ForkedJvm machine = SampleMachine.start(jvm(), "--memory=32m")) {
      machine.awaitOut(line -> line.equals("edge: ready"));
      String pid = Long.toString(machine.pid());
      run(1, "discover", "4194305");
      assertTrue(
          run(2, "discover", pid, "--seconds=0").messages().get(0).contains("give 2 to 3600"));
    }
  }

  @Test
  void aJvmWithoutAGuestIsToldSoInOneLine() throws Exception {
    try (ForkedJvm host = ForkedJvm.java().withAgent("discover=3s").start(BareHost.class)) {
      assertEquals(0, host.exitStatus());
      assertEquals(1, host.messages().size(), host.toString());
      assertTrue(host.messages().get(0).contains("discover: nothing found"), host.toString());
    }
  }

  private static ForkedJvm run(int status, String... arguments) throws Exception {
    ForkedJvm jvm = ForkedJvm.commandLine(arguments);
    assertEquals(status, jvm.exitStatus(), jvm.toString());
    return jvm;
  }
}
