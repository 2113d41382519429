package io.ramshot.agent.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.example.host.KeyHost;
import io.ramshot.agent.ForkedJvm;
import io.ramshot.agent.JmxClient;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A host without RAM that is found, whose fields are all of its state. */
class StateOnlyIT {
  private static final String OPTIONS =
      "gate=com.example.host.KeyHost::run,state=fields:com.example.host.KeyHost";

  @TempDir private Path directory;

  @Test
  void theGuestGoesOnWithItsCollectionsInAnotherJvm() throws Exception {
    Path image = directory.resolve("guest.ramshot");
    try (ForkedJvm host = ForkedJvm.java().withAgent(OPTIONS + ",ram=none").start(KeyHost.class);
        JmxClient client = StateIT.connect(host)) {
      client.start(image);
      var result = client.waitFor(30_000);
      assertEquals("COMPLETED", result.get("state"), result.get("message") + "\n" + host);
      assertEquals(List.of(), host.messages());
    }
    try (ForkedJvm host =
        ForkedJvm.java().withAgent(OPTIONS + ",ram=none,restore=" + image).start(KeyHost.class)) {
      String[] words = host.awaitOut(line -> line.startsWith("step ")).split(" ");
      KeyHost twin = new KeyHost();
      while (twin.steps() < Long.parseLong(words[1])) {
        twin.run();
      }
      assertTrue(twin.steps() > 1, host.toString());
      assertEquals(twin.state(), words[2], host.toString());
    }
  }
}
