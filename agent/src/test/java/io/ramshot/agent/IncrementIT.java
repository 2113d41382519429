package io.ramshot.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.example.host.RamHost;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.management.openmbean.CompositeData;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Increments over JMX and by the command, restored, flattened, and refused in one line. */
@Tag("once")
class IncrementIT {
  private static final String HOST =
      "gate="
          + RamHost.class.getName()
          + "::run,state="
          + RamHost.class.getName()
          + "$Cpu::save/load";

  @TempDir private Path directory;

  private ForkedJvm run(int status, String... arguments) throws Exception {
    ForkedJvm jvm = ForkedJvm.commandLine(arguments);
    assertEquals(status, jvm.exitStatus(), jvm.toString());
    assertFalse(jvm.toString().contains("\tat "), jvm.toString());
    return jvm;
  }

  @Test
  void aChainIsTakenRestoredAndFlattened() throws Exception {
    String full = directory.resolve("full.ramshot").toString();
    String first = directory.resolve("first.ramshot").toString();
    String second = directory.resolve("second.ramshot").toString();
    String flat = directory.resolve("flat.ramshot").toString();
    try (ForkedJvm jvm = ForkedJvm.java().withAgent(HOST).start(RamHost.class);
        JmxClient client = JmxClient.connect(jvm).awaitBean()) {
      jvm.awaitOut(line -> line.startsWith("step"));
      String pid = Long.toString(jvm.pid());
      run(0, "snapshot", pid, full);
      ForkedJvm command = run(0, "snapshot", pid, first, "--parent", full);
      assertTrue(command.toString().contains("are as the parent has them"), command.toString());
      Object[] arguments = {second, first};
      String[] types = {String.class.getName(), String.class.getName()};
      client.server.invoke(client.bean, "start", arguments, types);
      CompositeData result = client.waitFor(30_000);
      assertEquals("COMPLETED", result.get("state"), result.toString());
      CompositeData status = (CompositeData) result.get("status");
      long inherited = (Long) status.get("pagesInherited");
      assertTrue(inherited > 0 && inherited * 4096 == (Long) status.get("inheritedBytes"));

      String missing = directory.resolve("none.ramshot").toString();
      String target = directory.resolve("x.ramshot").toString();
      refused("is no file", "snapshot", pid, target, "--parent", missing);
      Path folder = Files.createDirectory(directory.resolve("elsewhere"));
      refused(
          "put both into one folder",
          "snapshot",
          pid,
          folder.resolve("x.ramshot").toString(),
          "--parent",
          full);
      String text = Files.writeString(directory.resolve("text"), "text").toString();
      refused("is not a ramshot image", "snapshot", pid, target, "--parent", text);
    }
    run(0, "verify", second, "--all");
    assertTrue(run(0, "info", second).toString().contains("saved as first.ramshot"));
    run(0, "flatten", second, flat);
    refused("exists", "flatten", second, flat);
    restores(second);
    for (String ancestor : new String[] {full, first, second}) {
      Files.delete(Path.of(ancestor));
    }
    run(0, "verify", flat, "--all");
    restores(flat);
  }

  private void refused(String why, String... arguments) throws Exception {
    ForkedJvm jvm = run(1, arguments);
    assertTrue(jvm.toString().contains(why), jvm.toString());
    assertFalse(Files.exists(directory.resolve("x.ramshot")));
  }

  private static void restores(String image) throws Exception {
    try (ForkedJvm jvm =
        ForkedJvm.java().withAgent(HOST + ",restore=" + image).start(RamHost.class)) {
      String[] words = jvm.awaitOut(line -> line.startsWith("step")).split(" ");
      assertTrue(Long.parseLong(words[1]) > 0, jvm.toString());
      assertEquals(words[1], words[3], "RAM holds what the CPU wrote last");
    }
  }
}
