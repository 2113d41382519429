package io.ramshot.agent.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.example.host.RamHost;
import io.ramshot.agent.ForkedJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Profiles in whole JVMs: recognised, given, listed, and matching nothing. */
@Tag("once")
class ProfileIT {

  @TempDir private Path directory;

  @Test
  void aKnownMachineNeedsNoOptions() throws Exception {
    Path image = directory.resolve("known.ramshot");
    try (ForkedJvm machine = SampleMachine.start(ForkedJvm.java().withAgent(""), "--memory=32m")) {
      machine.awaitOut(line -> line.equals("edge: ready"));
      String pid = Long.toString(machine.pid());
      run(0, "snapshot", pid, image.toString());
      EdgePattern.check(SavedMachine.read(image).ram());
      run(0, "status", pid)
          .awaitOut(
              line ->
                  line.equals(
                      "profile: sample-emulator, shipped with ramshot, recognised by class"
                          + " io.ramshot.sample.Main; matched: 1 blocks, 1 of 1 gates called, 1"
                          + " objects with state"));
      assertEquals(1, machine.messages().size(), machine.toString());
      assertTrue(machine.messages().get(0).contains("profile sample-emulator"));
    }
    try (ForkedJvm machine =
        SampleMachine.start(ForkedJvm.java().withAgent("restore=" + image), "--memory=32m")) {
      machine.awaitOut(line -> line.startsWith("edge: pass "));
      assertTrue(!machine.out().contains("edge: ready"), machine.toString());
    }
  }

  @Test
  void aMachineThatRunsIsAttachedToByItsProfile() throws Exception {
    try (ForkedJvm machine = SampleMachine.start(ForkedJvm.java(), "--memory=32m")) {
      machine.awaitOut(line -> line.equals("edge: ready"));
      Path mine = directory.resolve("mine.properties");
      Files.writeString(mine, String.join("\n", run(0, "profiles", "sample-emulator").out()));
      String pid = Long.toString(machine.pid());
      Path relative = Path.of("").toAbsolutePath().relativize(mine);
      run(0, "attach", pid, "profile=" + relative)
          .awaitOut(line -> line.startsWith("profile: sample-emulator, asked for by profile=/"));
      Path image = directory.resolve("attached.ramshot");
      assertEquals(List.of(), run(0, "snapshot", pid, image.toString()).messages());
      EdgePattern.check(SavedMachine.read(image).ram());
    }
  }

  /** Its gate is never called, and its RAM is somewhere else. */
  @Test
  void aProfileThatMatchesNothingSaysSoWithTheCommandThatFindsOne() throws Exception {
    try (ForkedJvm host =
        ForkedJvm.java().withAgent("profile=sample-emulator").start(RamHost.class)) {
      host.awaitOut(line -> line.startsWith("step"));
      String pid = Long.toString(host.pid());
      String remedy = "java -jar ramshot.jar discover " + pid;
      ForkedJvm refused = run(1, "snapshot", pid, directory.resolve("none.ramshot").toString());
      String message = refused.messages().get(0);
      assertTrue(
          message.contains("profile sample-emulator found no guest RAM in this host so far")
              && message.contains(
                  "no gate of profile sample-emulator was ever called, so a freeze stops nobody")
              && message.contains(remedy),
          message);
      ForkedJvm status = run(0, "status", pid);
      assertEquals(2, status.out().stream().filter(l -> l.startsWith("unmatched: ")).count());
    }
    try (ForkedJvm host =
        ForkedJvm.java()
            .withAgent("profile=sample-emulator,ram.by=com.example.**")
            .start(RamHost.class)) {
      host.awaitOut(line -> line.startsWith("step"));
      String pid = Long.toString(host.pid());
      ForkedJvm taken = run(0, "snapshot", pid, directory.resolve("some.ramshot").toString());
      assertEquals(2, taken.messages().size(), taken.toString());
      assertTrue(taken.messages().get(0).contains("was ever called"), taken.toString());
      assertTrue(taken.messages().get(1).contains("nobody was frozen"), taken.toString());
    }
  }

  /** Its user did not write these names, and must hear where they stand. */
  @Test
  void whatAProfileMisnamesIsToldWithTheProfileAndTheNearest() throws Exception {
    String host = RamHost.class.getName();
    Path wrong = directory.resolve("wrong.properties");
    Files.writeString(
        wrong,
        "name=wrong\nram.by=com.example.**\nram=%s#RAN\ngate=%s::runn\nstate=%s$Cpu::save/lod\n"
            .formatted(host, host, host));
    String where = "profile wrong (" + wrong + "): ";
    try (ForkedJvm jvm = ForkedJvm.java().withAgent("profile=" + wrong).start(RamHost.class)) {
      jvm.awaitOut(line -> line.startsWith("step"));
      String messages = String.join("\n", jvm.messages());
      assertTrue(
          messages.contains(
              where + "ram=" + host + "#RAN: " + host + " has no field RAN; nearest: RAM"),
          messages);
      assertTrue(messages.contains(where + "gate=" + host + "::runn: " + host), messages);
      assertTrue(messages.contains("has no method runn; nearest: static void run()"), messages);
      assertTrue(messages.contains(where + "state=" + host + "$Cpu::save/lod: "), messages);
      ForkedJvm refused =
          run(1, "snapshot", Long.toString(jvm.pid()), directory.resolve("x.ramshot").toString());
      assertTrue(refused.messages().get(0).contains(where + "ram=" + host), refused.toString());
    }
    Files.writeString(wrong, "name=wrong\nram=com.example.RamHost#RAM\n");
    try (ForkedJvm jvm = ForkedJvm.java().withAgent("profile=" + wrong).start(RamHost.class)) {
      jvm.awaitOut(line -> line.startsWith("step"));
      String pid = Long.toString(jvm.pid());
      ForkedJvm refused = run(1, "snapshot", pid, directory.resolve("x.ramshot").toString());
      String message = refused.messages().get(0);
      assertTrue(
          message.contains(
              where
                  + "ram=com.example.RamHost#RAM finds nothing: no class com.example.RamHost is"
                  + " loaded (nearest: com.example.host.RamHost"),
          message);
      assertTrue(message.contains("discover " + pid), message);
    }
  }

  @Test
  void aBadProfileIsRefusedByItsName() throws Exception {
    Path bad = directory.resolve("bad.properties");
    Files.writeString(bad, "gat=a.B::c\n");
    try (ForkedJvm host = ForkedJvm.java().withAgent("profile=" + bad).start(RamHost.class)) {
      host.awaitErr(
          line ->
              line.contains(bad + ": gat is no key of a profile: did you mean gate?")
                  && line.contains("the host runs without ramshot"));
      host.awaitOut(line -> line.startsWith("step"));
      String pid = Long.toString(host.pid());
      run(2, "attach", pid, "profile=" + bad);
      assertTrue(
          run(2, "profiles", "sampl").messages().get(0).contains("did you mean sample-emulator?"));
    }
  }

  @Test
  void profilesAreListed() throws Exception {
    List<String> lines = run(0, "profiles").out();
    assertTrue(lines.contains("sample-emulator"), lines.toString());
    assertTrue(
        lines.contains("  gate       io.ramshot.sample.board.Board::step"), lines.toString());
  }

  private static ForkedJvm run(int status, String... arguments) throws Exception {
    ForkedJvm jvm = ForkedJvm.commandLine(arguments);
    assertEquals(status, jvm.exitStatus(), jvm.toString());
    return jvm;
  }
}
