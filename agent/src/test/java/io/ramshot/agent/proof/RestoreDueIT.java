package io.ramshot.agent.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.example.host.BareHost;
import com.example.host.WaitingHost;
import io.ramshot.agent.ForkedJvm;
import io.ramshot.agent.JmxClient;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A restore that was asked for happens, or the JVM ends with status 1 and says why: a guest that
 * starts afresh because a name was misspelt could write to its disks.
 *
 * <p>JVMs that wait for something wait side by side.
 */
@Tag("once")
class RestoreDueIT {
  private static final String HOST = WaitingHost.class.getName();
  private static final String MACHINE = HOST + "$Machine";
  private static final String GATE = "gate=" + MACHINE + "::quantum";

  /** What finds RAM that is where the host's first argument says. */
  private static final Map<String, String> RAM =
      new LinkedHashMap<>(
          Map.of(
              "direct", "ram.min=16m",
              "heap", "ram=" + MACHINE + "#ram",
              "pieces", "ram=" + MACHINE + "#ram",
              "static", "ram=" + HOST + "#shared",
              "field", "ram=" + MACHINE + "#late"));

  @TempDir private static Path directory;

  private static final List<ForkedJvm> RUNNING = new ArrayList<>();

  @BeforeAll
  static void takeImages() throws Exception {
    Map<String, ForkedJvm> hosts = new LinkedHashMap<>();
    for (String kind : RAM.keySet()) {
      hosts.put(kind, start(GATE + "," + RAM.get(kind), kind, "run"));
    }
    for (String kind : RAM.keySet()) {
      try (ForkedJvm host = hosts.get(kind)) {
        host.awaitOut(line -> line.equals("the guest runs"));
        try (JmxClient client = JmxClient.connectNow(host)) {
          SampleMachine.snapshot(host, client, image(kind));
        }
      }
    }
  }

  @AfterAll
  static void endAll() {
    RUNNING.forEach(ForkedJvm::close);
  }

  private static Path image(String kind) {
    return directory.resolve(kind + ".ramshot");
  }

  private static ForkedJvm start(String options, String... arguments) throws Exception {
    ForkedJvm jvm =
        ForkedJvm.java("-Xmx96m", "-Xshare:off")
            .withAgent(options)
            .start(WaitingHost.class, arguments);
    RUNNING.add(jvm);
    return jvm;
  }

  private static ForkedJvm restore(String kind, String options, String then) throws Exception {
    return start(RAM.get(kind) + "," + options + ",restore=" + image(kind), kind, then);
  }

  /**
   * @param parts of the last line
   */
  private static void ended(ForkedJvm jvm, int lines, String... parts) throws Exception {
    assertEquals(1, jvm.exitStatus(), jvm.toString());
    assertFalse(jvm.out().contains("the guest runs"), jvm.toString());
    assertEquals(lines, jvm.messages().size(), jvm.toString());
    assertFalse(jvm.toString().contains("\tat "), jvm.toString());
    String line = jvm.messages().get(lines - 1);
    assertTrue(line.startsWith("[ramshot] restore: "), line);
    for (String part : parts) {
      assertTrue(line.contains(part), "no '" + part + "' in: " + line);
    }
  }

  @Test
  void withTheRightNamesItHappens() throws Exception {
    Map<String, ForkedJvm> hosts = new LinkedHashMap<>();
    for (String kind : List.of("static", "field")) {
      hosts.put(kind, restore(kind, GATE + ",restore.timeout=3s", "run"));
    }
    for (String kind : List.of("static", "field")) {
      try (ForkedJvm host = hosts.get(kind)) {
        host.awaitOut(line -> line.equals("the guest runs"));
        host.awaitErr(line -> line.startsWith("[ramshot] restore: RAM alone is back from"));
        assertEquals(1, host.messages().size(), host.toString());
      }
    }
  }

  @Test
  void aMethodThatItsClassDoesNotHaveEndsTheJvmBeforeTheClassHasRun() throws Exception {
    ForkedJvm machine = restore("direct", "gate=" + MACHINE + "::quantun", "run");
    ForkedJvm lazy = restore("direct", "lazy,gate=" + MACHINE + "::quantun(int)", "run");
    ForkedJvm main = restore("heap", "gate=" + HOST + "::mian", "run");
    ForkedJvm one = restore("heap", GATE + ";" + MACHINE + "::tick", "run");
    ended(machine, 1, "gate=" + MACHINE + "::quantun: ", " has no method quantun; nearest: ");
    ended(lazy, 1, " has no method quantun(int); nearest: ");
    ended(main, 1, "gate=" + HOST + "::mian: ", " has no method mian; nearest: ", "main(");
    assertEquals(List.of(), main.out());
    ended(one, 1, " has no method tick");
  }

  @Test
  void aGateThatNobodyComesToEndsTheJvmOnceTheRamIsThere() throws Exception {
    Map<String, ForkedJvm> hosts = new LinkedHashMap<>();
    for (String kind : RAM.keySet()) {
      hosts.put(kind, restore(kind, "gate=" + MACHINE + "::spare,restore.timeout=2500ms", "idle"));
    }
    ForkedJvm unloaded =
        restore("heap", "gate=com.example.host.WaitingHosts::spare,restore.timeout=2500ms", "run");
    for (String kind : RAM.keySet()) {
      ForkedJvm host = hosts.get(kind);
      ended(
          host,
          2,
          image(kind) + " was not restored: no vCPU came to a gate within 2500ms",
          "::spare was never called",
          "restore.timeout=");
      assertTrue(
          host.messages().get(0).contains("the guest's RAM is there, but no vCPU has come to"),
          host.toString());
    }
    // Nobody can know that it is the guest that runs meanwhile.
    assertEquals(1, unloaded.exitStatus(), unloaded.toString());
    for (String line : unloaded.messages()) {
      assertTrue(line.contains("is in a class not loaded yet; nearest: " + HOST), line);
    }
  }

  @Test
  void aJvmThatEndsBeforeSaysSo() throws Exception {
    ForkedJvm returns = restore("direct", "gate=" + MACHINE + "::spare", "return");
    ForkedJvm exits = restore("heap", "gate=" + MACHINE + "::spare", "exit");
    ForkedJvm interrupted = restore("heap", "gate=" + MACHINE + "::spare", "idle");
    ForkedJvm none =
        start(
            "ram=com.example.host.WaitingHot#ram,gate="
                + MACHINE
                + "::spare,restore="
                + image("heap"),
            "none",
            "exit");
    interrupted.awaitOut(line -> line.equals("the host runs"));
    interrupted.interrupt();
    String unreached = "the JVM ended before a vCPU came to a gate: " + MACHINE + "::spare was";
    ended(returns, 1, image("direct") + " was not restored: " + unreached);
    ended(exits, 1, unreached);
    ended(interrupted, 1, unreached);
    ended(
        none,
        1,
        unreached,
        "no RAM " + MACHINE + ".ram#1 of 32 MiB",
        "ram=com.example.host.WaitingHot#ram finds nothing",
        "nearest: " + HOST);
  }

  @Test
  void withoutRamItIsSaidWhatIsMissingAndTheHostMayStillComeToIt() throws Exception {
    ForkedJvm host =
        start(
            "ram=a.B#c,gate=d.E::f,restore.timeout=500ms,restore=" + image("heap"), "none", "idle");
    String line = host.awaitErr(text -> text.startsWith("[ramshot] "));
    assertTrue(line.contains("still waiting for the guest: the guest has no RAM"), line);
    assertTrue(line.contains("ram=a.B#c finds nothing: no class a.B is loaded"), line);
    assertTrue(line.contains("d.E::f is in a class not loaded yet"), line);
    assertTrue(host.isAlive(), host.toString());
  }

  @Test
  void aJvmWithoutAHostHasNothingToRestore() throws Exception {
    String agent = "-javaagent:" + ForkedJvm.RAMSHOT_JAR + "=" + GATE + ",restore=" + image("heap");
    for (String option : List.of("-version", "--list-modules")) {
      try (ForkedJvm jvm =
          ForkedJvm.java().environment("JAVA_TOOL_OPTIONS", agent).with(option).start()) {
        assertEquals(0, jvm.exitStatus(), jvm.toString());
        assertEquals(List.of(), jvm.messages(), jvm.toString());
      }
    }
  }

  @Test
  void anAgentThatIsLoadedAlreadyCannotRestore() throws Exception {
    String restore = GATE + ",restore=" + image("direct");
    try (ForkedJvm jvm = ForkedJvm.java().withAgent("").withAgent(restore).start(BareHost.class)) {
      ended(jvm, 1, "ramshot is loaded already, with no options: give all options in one");
      assertEquals(List.of(), jvm.out(), "the host has run");
    }
    try (ForkedJvm jvm =
        ForkedJvm.java("-Xmx96m")
            .withAgent(restore)
            .withAgent("restore=" + image("direct") + "," + GATE)
            .start(WaitingHost.class, "direct", "run")) {
      jvm.awaitOut(line -> line.equals("the guest runs"));
    }
  }
}
