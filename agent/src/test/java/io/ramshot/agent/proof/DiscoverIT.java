package io.ramshot.agent.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.example.host.BareHost;
import io.ramshot.agent.ForkedJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A machine that ramshot is told nothing about: discovered, and taken with what was found. */
class DiscoverIT {

  @TempDir private Path directory;

  /** The profile is used by another JVM, whose image a third one goes on from. */
  @Test
  void aMachineThatIsWatchedFromItsLaunch() throws Exception {
    for (String ram : List.of("--ram=direct", "--ram=unsafe")) {
      Path profile = directory.resolve(ram.substring(6) + ".properties");
      try (ForkedJvm machine =
          SampleMachine.start(
              ForkedJvm.java().withAgent("discover=6s,discover.out=" + profile),
              "--memory=32m",
              ram)) {
        machine.awaitErr(line -> line.contains("discover: the profile is in " + profile));
        SampleMachine.awaitProgress(machine);
        assertEquals(1, machine.messages().size(), machine.toString());
      }
      String text = Files.readString(profile);
      assertTrue(text.contains("ram.by=io.ramshot.sample.memory."), text);
      assertTrue(text.contains("\nstate=io.ramshot.sample.board.Board::save/load\n"), text);
      assertTrue(text.contains("\ngate=io.ramshot.sample."), text);

      Path image = directory.resolve(ram.substring(6) + ".ramshot");
      try (ForkedJvm machine =
          SampleMachine.start(
              ForkedJvm.java().withAgent("profile=" + profile), "--memory=32m", ram)) {
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
      try (ForkedJvm machine =
          SampleMachine.start(
              ForkedJvm.java().withAgent("profile=" + profile + ",restore=" + image),
              "--memory=32m",
              ram)) {
        machine.awaitOut(line -> line.startsWith("edge: pass "));
        assertFalse(machine.out().contains("edge: ready"), machine.toString());
      }
    }
  }

  @Test
  void aMachineThatRunsAlready() throws Exception {
    try (ForkedJvm machine = SampleMachine.start(ForkedJvm.java(), "--memory=32m")) {
      machine.awaitOut(line -> line.equals("edge: ready"));
      String pid = Long.toString(machine.pid());
      ForkedJvm discover = run(0, "discover", pid, "--seconds=5");
      String text = String.join("\n", discover.out()) + "\n";
      assertTrue(
          text.contains("io.ramshot.sample.memory.DirectRam#buffer: DIRECT memory, 32 MiB"), text);
      assertTrue(text.contains("\ngate=io.ramshot.sample."), text);
      assertEquals(List.of(), machine.messages());
      SampleMachine.awaitProgress(machine);

      run(1, "discover", "4194305");
      assertTrue(
          run(2, "discover", pid, "--seconds=0").messages().get(0).contains("give 2 to 3600"));
      run(1, "status", pid); // it was only watched
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
