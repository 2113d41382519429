package io.ramshot.agent.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.example.host.StormHost;
import io.ramshot.agent.ForkedJvm;
import io.ramshot.agent.JmxClient;
import io.ramshot.sample.Main;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.management.openmbean.CompositeData;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Snapshots that end while a guest thread waits for a page, in a JVM that comes to a safepoint all
 * the time. Were that thread not woken by the end itself, the JVM would hang: whatever Java does
 * next waits for the safepoint, which waits for that thread.
 */
@Tag("once")
class EarlyEndIT {
  private static final int ROUNDS = 10;

  @TempDir private Path directory;

  @Test
  void nobodyWaitsForASnapshotThatIsOver() throws Exception {
    // The disk takes a chunk in half a second, far longer than the guest may wait for it.
    String options = SampleMachine.AGENT + ",rate=4m,pool=2m,stall.limit=200ms";
    Path emulator = Path.of(Main.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    try (ForkedJvm machine =
            ForkedJvm.java()
                .withAgent(options)
                .start(StormHost.class, List.of(emulator), "--memory=32m", "--ram=unsafe");
        JmxClient client = SampleMachine.connect(machine)) {
      machine.awaitOut(line -> line.equals("edge: ready"));
      for (int i = 0; i < ROUNDS; i++) {
        client.start(directory.resolve("cancelled.ramshot"));
        awaitWaitingGuest(client);
        client.cancel();
        CompositeData cancelled = client.waitFor(20_000);
        // The limit may come first.
        assertTrue(
            List.of("CANCELLED", "FAILED").contains(cancelled.get("state")),
            SampleMachine.ended(cancelled));
        client.start(directory.resolve("stalled.ramshot"));
        CompositeData stalled = client.waitFor(20_000);
        assertEquals("FAILED", stalled.get("state"), SampleMachine.ended(stalled));
        assertEquals(List.of(), GuestMemory.protectedMappings(machine.pid()));
        SampleMachine.awaitProgress(machine);
      }
      assertEquals(List.of(), GuestMemory.userfaultfds(machine.pid()));
    }
    try (Stream<Path> left = Files.list(directory)) {
      assertEquals(List.of(), left.toList());
    }
  }

  /** Until a guest thread waits for the disk, or it is too late. */
  private static void awaitWaitingGuest(JmxClient client) throws Exception {
    while (true) {
      CompositeData status = (CompositeData) client.get("Status");
      if ((Long) status.get("requestsWaited") > 0
          || List.of("FAILED", "CANCELLED", "COMPLETED").contains(status.get("state"))) {
        return;
      }
    }
  }
}
