package io.ramshot.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.example.host.RamHost;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line against a live host: what it prints, and its exit status. */
@Tag("once")
class CommandLineIT {
  private static final String GATE = "gate=" + RamHost.class.getName() + "::run";

  @TempDir private Path directory;

  private static ForkedJvm host(String... agent) throws Exception {
    ForkedJvm.Builder builder = ForkedJvm.java();
    ForkedJvm jvm =
        (agent.length == 0 ? builder : builder.withAgent(agent[0])).start(RamHost.class);
    jvm.awaitOut(line -> line.startsWith("step"));
    return jvm;
  }

  private static ForkedJvm run(int status, String... arguments) throws Exception {
    ForkedJvm jvm = ForkedJvm.commandLine(arguments);
    assertEquals(status, jvm.exitStatus(), jvm.toString());
    assertFalse(jvm.toString().contains("\tat "), jvm.toString());
    return jvm;
  }

  private static void fails(int status, String why, String... arguments) throws Exception {
    ForkedJvm jvm = run(status, arguments);
    assertEquals(1, jvm.messages().size(), jvm.toString());
    assertTrue(jvm.messages().get(0).contains(why), jvm.toString());
  }

  @Test
  void wrongUsage() throws Exception {
    fails(2, "no command");
    fails(2, "'x' is not a long", "status", "x");
    fails(2, "Missing required parameter", "snapshot", "1");
    fails(2, "Unmatched argument", "frobnicate");
    fails(2, "--timeout=soon", "snapshot", "1", "f", "--timeout=soon");
    fails(2, "'gat' is unknown", "attach", "1", "gat=x::y");
  }

  @Test
  void versionAndHelp() throws Exception {
    assertTrue(run(0, "--version").out().get(0).matches("ramshot \\d.*"));
    String help = String.join("\n", run(0, "--help").out());
    for (String verb :
        List.of("snapshot", "status", "cancel", "attach", "timeline", "info", "verify")) {
      assertTrue(help.contains("  " + verb), verb);
      assertTrue(run(0, verb, "--help").out().size() > 3);
    }
  }

  @Test
  void aTargetThatIsNone() throws Exception {
    fails(1, "there is no process 4194305", "status", "4194305");
    Process sleep = new ProcessBuilder("sleep", "60").start();
    try {
      fails(1, "is no HotSpot JVM", "snapshot", Long.toString(sleep.pid()), "x");
      assertTrue(sleep.isAlive(), "attaching would have ended it");
    } finally {
      sleep.destroyForcibly();
    }
    try (ForkedJvm jvm = host()) {
      String pid = Long.toString(jvm.pid());
      fails(1, "ramshot is not loaded in process " + pid, "status", pid);
      fails(1, "ramshot is not loaded in process " + pid, "cancel", pid);
    }
  }

  @Test
  void aSnapshotFromBeginningToEnd() throws Exception {
    Path target = directory.resolve("a.ramshot");
    try (ForkedJvm jvm = host(GATE)) {
      String pid = Long.toString(jvm.pid());
      fails(1, "no snapshot is running", "cancel", pid);
      run(0, "status", pid).awaitOut(line -> line.equals("snapshot: none yet"));
      ForkedJvm snapshot = run(0, "snapshot", pid, target.toString());
      assertEquals(target.toString(), snapshot.out().get(0));
      snapshot.awaitOut(line -> line.startsWith("  pause "));
      assertTrue(Files.size(target) > RamHost.BYTES);
      fails(1, "exists", "snapshot", pid, target.toString());
      fails(1, "is a folder", "snapshot", pid, directory.toString());
      fails(1, "does not exist: create it first", "snapshot", pid, directory + "/none/x.ramshot");
      ForkedJvm status = run(0, "status", pid);
      status.awaitOut(line -> line.contains("DIRECT"));
      status.awaitOut(line -> line.contains("::run: called"));
      status.awaitOut(line -> line.contains("COMPLETED"));
      run(0, "info", target.toString()).awaitOut(line -> line.contains("DIRECT"));
      run(0, "verify", target.toString()).awaitOut(line -> line.contains("is intact"));
    }
  }

  @Test
  void aTimelineFromBeginningToEnd() throws Exception {
    String folder = directory.resolve("timeline").toString();
    Path target = directory.resolve("meanwhile.ramshot");
    try (ForkedJvm jvm = host();
        ForkedJvm other = host(GATE)) {
      String pid = Long.toString(jvm.pid());
      run(0, "timeline", pid, folder, "--every=10ms", "--keep", "2", "--options", GATE)
          .awaitOut(line -> line.equals(folder));
      run(0, "snapshot", pid, target.toString());
      fails(1, "the timeline in " + folder + " is running: stop it", "timeline", pid, folder);
      fails(
          1,
          "process " + pid + " writes the timeline in " + folder,
          "timeline",
          Long.toString(other.pid()),
          folder);
      run(0, "timeline", pid).awaitOut(line -> line.contains("running, every 10 ms, "));
      List<String> ended = run(0, "timeline", pid, "--stop").out();
      assertTrue(ended.get(0).startsWith(folder + ": ended, "), ended.toString());
      assertTrue(ended.get(1).contains("failed 0"), ended.toString());
      fails(1, "no timeline is running", "timeline", pid, "--stop");
    }
    List<String> list = run(0, "timeline", folder).out();
    assertEquals(4, list.size(), list.toString());
    assertTrue(list.get(1).matches("#[0-9]+ .* full +gates +yes"), list.get(1));
    assertTrue(list.get(2).matches("#[0-9]+ .* -0.0 s .* increment +gates +yes"), list.get(2));
    String json = String.join("", run(0, "timeline", folder, "--json").out());
    assertTrue(json.startsWith("{  \"schema\": \"ramshot.timeline/1\","), json);
    assertTrue(json.matches(".*\"kind\": \"full\", *\"parent\": null, *\"whole\": true.*"), json);
    assertTrue(json.matches(".*\"kind\": \"increment\", *\"parent\": \"[0-9a-f-]{36}\".*"), json);
    fails(1, "holds no checkpoints", "timeline", directory.toString());
    fails(2, folder + " is no process id", "timeline", folder, "--stop");
  }

  @Test
  void aSnapshotThatIsCancelledByTimeoutInterruptOrCommand() throws Exception {
    Path target = directory.resolve("slow.ramshot");
    try (ForkedJvm jvm = host(GATE + ",rate=8m")) {
      String pid = Long.toString(jvm.pid());
      fails(1, "longer than 500ms", "snapshot", pid, target.toString(), "--timeout=500ms");

      ForkedJvm snapshot = ForkedJvm.commandLine("snapshot", pid, target.toString());
      awaitSaving(pid);
      snapshot.interrupt();
      assertEquals(3, snapshot.exitStatus(), snapshot.toString());
      snapshot.awaitErr(line -> line.contains("cancelled, no file remains"));

      snapshot = ForkedJvm.commandLine("snapshot", pid, target.toString());
      awaitSaving(pid);
      run(0, "cancel", pid).awaitOut(line -> line.contains("CANCELLED"));
      assertEquals(3, snapshot.exitStatus(), snapshot.toString());
      assertEquals(1, snapshot.messages().size(), snapshot.toString());
      assertFalse(Files.exists(target));
    }
  }

  @Test
  void aTargetThatDiesIsOneLine() throws Exception {
    try (ForkedJvm jvm = host(GATE + ",rate=8m")) {
      String pid = Long.toString(jvm.pid());
      ForkedJvm snapshot =
          ForkedJvm.commandLine("snapshot", pid, directory.resolve("dead.ramshot").toString());
      awaitSaving(pid);
      jvm.kill();
      assertEquals(1, snapshot.exitStatus(), snapshot.toString());
      assertEquals(1, snapshot.messages().size(), snapshot.toString());
      assertTrue(snapshot.messages().get(0).contains("process " + pid), snapshot.toString());
    }
  }

  private static void awaitSaving(String pid) throws Exception {
    for (int i = 0; i < 20; i++) {
      if (run(0, "status", pid).out().stream().anyMatch(line -> line.contains("SAVING"))) {
        return;
      }
    }
    throw new AssertionError("no snapshot got to SAVING");
  }

  @Test
  void attachingLoadsTheAgentOnce() throws Exception {
    try (ForkedJvm jvm = host()) {
      String pid = Long.toString(jvm.pid());
      run(0, "attach", pid, GATE).awaitOut(line -> line.contains("::run"));
      run(0, "attach", pid).awaitOut(line -> line.contains("loaded already"));
      run(0, "attach", pid, GATE).awaitOut(line -> line.contains("loaded already"));
      fails(1, "with other options", "attach", pid, "pool=4m");
      // The direct buffer that the host allocated before is found.
      run(0, "snapshot", pid, directory.resolve("x.ramshot").toString());
    }
  }

  @Test
  void anAttachThatFailsSaysWhyHereToo() throws Exception {
    try (ForkedJvm jvm = host()) {
      String pid = Long.toString(jvm.pid());
      Path image = directory.resolve("x");
      fails(1, "too late", "attach", pid, GATE + ",restore=" + image);
      jvm.awaitErr(line -> line.startsWith("[ramshot] restore= comes too late"));
      run(0, "attach", pid, GATE);
    }
  }
}
