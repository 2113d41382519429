package io.ramshot.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.example.host.BareHost;
import com.example.host.LoggingHost;
import com.example.host.RamHost;
import com.sun.tools.attach.VirtualMachine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The agent starts late, quietly, and never in a host's way. */
class StartupIT {
  private static final String GATE = "gate=" + RamHost.class.getName() + "::run";

  @TempDir private Path directory;

  @Test
  void aBadOptionIsOneLineAndTheHostRunsOn() throws Exception {
    try (ForkedJvm jvm = ForkedJvm.java().withAgent("gat=x::y").start(BareHost.class)) {
      assertEquals(0, jvm.exitStatus());
      assertEquals(List.of("done"), jvm.out());
      assertEquals(1, jvm.messages().size(), jvm.toString());
      assertTrue(jvm.messages().get(0).contains("'gat' is unknown: did you mean 'gate'?"));
      assertFalse(jvm.toString().contains("\tat "), jvm.toString());
    }
  }

  @Test
  void helpListsTheOptions() throws Exception {
    try (ForkedJvm jvm = ForkedJvm.java().withAgent("help").start(BareHost.class)) {
      assertEquals(0, jvm.exitStatus());
      assertTrue(jvm.messages().stream().anyMatch(line -> line.contains("stall.limit")));
    }
  }

  @Test
  void withoutMistakesItSaysNothing() throws Exception {
    try (ForkedJvm jvm = ForkedJvm.java().withAgent("").start(BareHost.class)) {
      assertEquals(0, jvm.exitStatus());
      assertEquals(List.of(), jvm.messages());
      assertFalse(jvm.toString().contains("sun.misc.Unsafe"), jvm.toString());
    }
  }

  @Test
  void aHostMayUseEveryByteOfItsDirectMemory() throws Exception {
    try (ForkedJvm jvm =
        ForkedJvm.java("-XX:MaxDirectMemorySize=64m").withAgent(GATE).start(RamHost.class)) {
      jvm.awaitOut(line -> line.startsWith("step"));
    }
  }

  @Test
  void toolsOfTheJdkAndOurCommandLineAreSkipped() throws Exception {
    // A mistake in the options would show.
    Map<String, String> environment =
        Map.of("JAVA_TOOL_OPTIONS", "-javaagent:" + ForkedJvm.RAMSHOT_JAR + "=nonsense");
    for (List<String> tool : List.of(List.of("jcmd", "-l"), List.of("javac", "--version"))) {
      try (ForkedJvm jvm = ForkedJvm.tool(environment, tool.get(0), tool.get(1))) {
        assertEquals(0, jvm.exitStatus(), jvm.toString());
        assertEquals(List.of(), jvm.messages(), jvm.toString());
      }
    }
    try (ForkedJvm jvm =
        ForkedJvm.java("-jar", ForkedJvm.RAMSHOT_JAR.toString(), "--version")
            .environment("JAVA_TOOL_OPTIONS", environment.get("JAVA_TOOL_OPTIONS"))
            .start()) {
      assertEquals(0, jvm.exitStatus(), jvm.toString());
      assertEquals(List.of(), jvm.messages(), jvm.toString());
    }
    try (ForkedJvm jvm =
        ForkedJvm.java()
            .environment("JAVA_TOOL_OPTIONS", environment.get("JAVA_TOOL_OPTIONS"))
            .start(BareHost.class)) {
      assertEquals(0, jvm.exitStatus(), jvm.toString());
      assertEquals(1, jvm.messages().size(), jvm.toString());
    }
  }

  @Test
  void loggingAndJmxAreLeftToTheHost() throws Exception {
    try (ForkedJvm jvm =
        ForkedJvm.java("-Xlog:class+load")
            .withAgent("gate=" + BareHost.class.getName() + "::main")
            .start(BareHost.class)) {
      assertEquals(0, jvm.exitStatus(), jvm.toString());
      List<String> loaded = jvm.out();
      assertTrue(loaded.stream().anyMatch(line -> line.contains("net.bytebuddy.")));
      for (String name : List.of("java.util.logging.", "javax.management.MBeanServer ")) {
        assertTrue(loaded.stream().noneMatch(line -> line.contains(name)), name);
      }
    }
  }

  @Test
  void aLogManagerThatTheHostInstallsInMainIsNotPreEmpted() throws Exception {
    // 5 s: longer than the agent waits for a host without a log manager of its own.
    try (ForkedJvm jvm = ForkedJvm.java().withAgent("").start(LoggingHost.class, "5000")) {
      assertEquals("manager OwnLogManager", jvm.awaitOut(line -> line.startsWith("manager")));
      assertEquals(List.of(), jvm.messages());
      try (JmxClient client = JmxClient.connect(jvm).awaitBean()) {
        assertEquals("", client.get("Options"));
      }
    }
  }

  @Test
  void noBeanWithoutJmx() throws Exception {
    try (ForkedJvm jvm = ForkedJvm.java().withAgent("jmx=false").start(RamHost.class)) {
      jvm.awaitOut(line -> line.equals("ready"));
      try (ForkedJvm status = ForkedJvm.commandLine("status", Long.toString(jvm.pid()))) {
        assertEquals(1, status.exitStatus());
        assertTrue(status.messages().get(0).contains("jmx=false"), status.toString());
      }
    }
  }

  @Test
  void aSecondAgentIsTheFirst() throws Exception {
    try (ForkedJvm jvm = ForkedJvm.java().withAgent(GATE).start(RamHost.class)) {
      jvm.awaitOut(line -> line.equals("ready"));
      VirtualMachine vm = VirtualMachine.attach(Long.toString(jvm.pid()));
      vm.loadAgent(ForkedJvm.RAMSHOT_JAR.toString(), "pool=4m");
      vm.detach();
      String line = jvm.awaitErr(text -> text.startsWith("[ramshot] "));
      assertTrue(line.contains("already loaded") && line.contains("pool=4m is ignored"), line);
      try (JmxClient client = JmxClient.connect(jvm)) {
        assertTrue(client.server.isRegistered(client.bean), "registered by the second load");
        assertEquals(GATE, client.get("Options"));
      }
    }
  }

  @Test
  void theHostsProfileGivesTheGate() throws Exception {
    Path profile = Files.createDirectories(directory.resolve("META-INF"));
    Files.writeString(profile.resolve("ramshot.properties"), GATE + "\nram.min=32m\n");
    try (ForkedJvm jvm =
            ForkedJvm.java().withAgent("pool=4m").start(RamHost.class, List.of(directory));
        JmxClient client = JmxClient.connect(ready(jvm)).awaitBean()) {
      assertEquals(1, ((String[]) client.get("Gates")).length);
      assertTrue(((String) client.get("Options")).contains(GATE));
    }
  }

  private static ForkedJvm ready(ForkedJvm jvm) throws InterruptedException {
    jvm.awaitOut(line -> line.startsWith("step"));
    return jvm;
  }
}
