package io.ramshot.hooks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.example.Counter;
import com.example.Memory;
import io.ramshot.Block;
import io.ramshot.Guest;
import io.ramshot.Snapshot;
import io.ramshot.SnapshotResult;
import io.ramshot.SnapshotState;
import io.ramshot.image.Image;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import net.bytebuddy.agent.ByteBuddyAgent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Hooks and engine together; wants the permission to use userfaultfd. */
@Tag("userfaultfd")
@Timeout(value = 30, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RealGuestTest {

  private final Guest guest = new Guest();
  private Hooks hooks;

  private void install(Map<String, String> options) {
    hooks =
        Hooks.install(
            ByteBuddyAgent.getInstrumentation(),
            HookOptions.parse(options),
            guest,
            System.out::println);
    guest.vcpus(hooks.vcpus());
  }

  @AfterEach
  void close() {
    hooks.close();
    assertEquals(List.of(), guest.blocks());
    assertEquals(List.of(), guest.participants());
  }

  @Test
  void checkpointIsOneInstantOfRamAndState(@TempDir Path dir) throws Exception {
    install(
        Map.of(
            "ram.min", "4m",
            "gate", "com.example.Counter::step",
            "state", "com.example.Counter::save/load"));
    Counter machine = new Counter(2048);
    AtomicBoolean stop = new AtomicBoolean();
    Thread cpu =
        new Thread(
            () -> {
              while (!stop.get()) {
                machine.step();
              }
            });
    cpu.start();
    Path file = dir.resolve("counter.ramshot");
    SnapshotResult result;
    try {
      Thread.sleep(50);
      result = guest.snapshot(file).await();
    } finally {
      stop.set(true);
      cpu.join();
    }
    assertEquals(SnapshotState.COMPLETED, result.state(), result::message);
    long atTheEnd = machine.register();
    try (Image image = Image.open(file)) {
      guest.restore(image);
    }
    assertNotEquals(atTheEnd, machine.register());
    assertTrue(machine.isConsistent());
  }

  @Test
  void freeDuringASnapshotWaitsForIt(@TempDir Path dir) throws Exception {
    install(Map.of("ram.min", "4m"));
    for (int i = 0; i < 20; i++) {
      long address = Memory.allocate(8 << 20);
      assertEquals(
          List.of("com.example.Memory#1"), guest.blocks().stream().map(Block::name).toList());
      Snapshot snapshot = guest.snapshot(dir.resolve(i + ".ramshot"));
      Thread.sleep(i);
      Memory.free(address);
      assertEquals(List.of(), guest.blocks());
      assertTrue(snapshot.await(Duration.ofSeconds(10)).state().ended());
    }
  }
}
