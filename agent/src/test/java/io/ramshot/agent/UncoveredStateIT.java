package io.ramshot.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.example.host.CoreHost;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A restore that resets the CPU is not announced as a guest that goes on, nor is its snapshot. */
@Tag("once")
class UncoveredStateIT {
  private static final String HOST = CoreHost.class.getName();
  private static final String CPU = HOST + "$Cpu";
  private static final String OPTIONS =
      "gate=" + CPU + "::step,state=" + HOST + "$Uart::save/load,ram.min=1m";

  @TempDir private Path directory;

  @Test
  void theClassOfTheCpuIsNamedAtTheSnapshotAndAtTheRestore() throws Exception {
    Path image = directory.resolve("a.ramshot");
    try (ForkedJvm jvm = ForkedJvm.java().withAgent(OPTIONS).start(CoreHost.class)) {
      jvm.awaitOut(line -> line.startsWith("pc "));
      try (JmxClient client = JmxClient.connectNow(jvm)) {
        client.start(image);
        assertEquals("COMPLETED", client.waitFor(30_000).get("state"));
        List<String> unmatched = List.of((String[]) client.get("Unmatched"));
        assertEquals(
            List.of(
                CPU
                    + " is on the vCPU's stack and not in state=: after a restore it begins as the"
                    + " host makes it; state=fields:"
                    + CPU
                    + " saves it"),
            unmatched);
      }
    }
    try (ForkedJvm jvm =
        ForkedJvm.java().withAgent(OPTIONS + ",restore=" + image).start(CoreHost.class)) {
      String line = jvm.awaitErr(each -> each.startsWith("[ramshot] restore: "));
      String[] parts = {
        "RAM and the state of " + HOST + "$Uart#1 are back from " + image,
        "NOT restored: " + CPU + ", which is on the vCPU's stack",
        "(state=fields:" + CPU + " at the snapshot saves it)"
      };
      for (String part : parts) {
        assertTrue(line.contains(part), part + " in " + line);
      }
      assertEquals("pc 0", jvm.awaitOut(each -> each.startsWith("pc ")));
      assertEquals(1, jvm.messages().size(), jvm.toString());
    }
  }
}
