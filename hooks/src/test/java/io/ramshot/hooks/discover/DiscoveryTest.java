package io.ramshot.hooks.discover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.example.machine.HeapMachine;
import com.example.machine.UnsafeMachine;
import com.example.machine.Window;
import io.ramshot.Block;
import io.ramshot.Guest;
import io.ramshot.Snapshot;
import io.ramshot.SnapshotState;
import io.ramshot.boot.Calls;
import io.ramshot.hooks.HookOptions;
import io.ramshot.hooks.Hooks;
import io.ramshot.hooks.HostProfile;
import io.ramshot.image.BlockKind;
import io.ramshot.image.Image;
import io.ramshot.image.ImageBlock;
import io.ramshot.image.Memory;
import io.ramshot.image.RamLoader;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import net.bytebuddy.agent.ByteBuddyAgent;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Unknown hosts, in this JVM: what is found, and whether a snapshot can be taken with it. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DiscoveryTest {

  private static final Duration TIME = Duration.ofSeconds(4);

  @TempDir private Path directory;

  private static Discovery.Result discover(List<Block> blocks) throws InterruptedException {
    return new Discovery(ByteBuddyAgent.getInstrumentation(), () -> blocks, TIME).run();
  }

  private static Thread start(Runnable machine) {
    Thread thread = new Thread(machine, "vcpu");
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  @Test
  void ramOnTheHeapIsToldFromWhatIsNoRam() throws Exception {
    HeapMachine machine = new HeapMachine();
    Thread vcpu = start(machine);
    String text;
    try (machine) {
      text = discover(List.of()).text();
    }
    vcpu.join();

    HostProfile profile = HostProfile.read("discovered", new StringReader(text));
    assertEquals("com.example.machine.HeapMachine::step", profile.values().get("gate"), text);
    String ram = text.lines().filter(l -> !l.startsWith("#")).reduce("", String::concat);
    assertTrue(text.contains("com.example.machine.HeapMachine$Memory#bytes: byte[], 4 MiB"), text);
    assertTrue(
        text.contains("com.example.machine.HeapMachine$Memory#banks: int[][] of 64 pieces, 4 MiB"),
        text);
    assertFalse(ram.contains("Memory#rom"), text);
    assertFalse(ram.contains("Screen#pixels"), text);
    assertTrue(text.contains("Not taken: com.example.machine.HeapMachine$Screen#pixels"), text);
    assertTrue(
        text.contains("Memory#rom: byte[], 1 MiB on the Java heap, instance field; not"), text);
    assertTrue(text.contains("fields:com.example.machine.HeapMachine"), text);
  }

  /**
   * The image must be what a machine that was never watched comes to after as many quanta: of live
   * RAM, whole and in pieces, taken with what discovery printed.
   */
  @Test
  @Order(Integer.MAX_VALUE) // on JDK 25 a memory of its machines outlives it, and would be found
  void theProfileOfRamOnTheHeapTakesASnapshotOfOneInstant() throws Exception {
    HeapMachine watched = new HeapMachine();
    Thread vcpu = start(watched);
    String text;
    try (watched) {
      text = discover(List.of()).text();
    }
    vcpu.join();
    HostProfile profile = HostProfile.read("discovered", new StringReader(text));
    assertEquals(
        Set.of(
            "com.example.machine.HeapMachine$Memory#bytes",
            "com.example.machine.HeapMachine$Memory#banks"),
        Set.of(profile.values().get("ram").split(",")),
        text);
    assertFalse(profile.values().containsKey("ram.min"), text);

    Path file = directory.resolve("heap.ramshot");
    try (Hooked hooked = new Hooked(profile.values())) {
      HeapMachine machine = new HeapMachine();
      Thread again = start(machine);
      try (machine) {
        Thread.sleep(200);
        hooked.snapshot(file);
      }
      again.join();
      assertEquals(List.of(), hooked.warnings);
    }
    try (Image image = Image.open(file)) {
      assertEquals(3, image.states().size(), "machine, memory without RAM, and screen");
      ByteBuffer bytes = content(image, BlockKind.HEAP);
      ByteBuffer banks = content(image, BlockKind.HEAP_PIECES);
      int quanta = banks.getInt(banks.capacity() - Integer.BYTES);
      assertTrue(quanta > 0, "the machine had not begun");
      HeapMachine replay = new HeapMachine();
      for (int i = 0; i < quanta; i++) {
        replay.step();
      }
      assertEquals(-1, bytes.mismatch(ByteBuffer.wrap(replay.bytes())), "at " + quanta);
      ByteBuffer pieces = ByteBuffer.allocate(banks.capacity()).order(ByteOrder.nativeOrder());
      for (int[] bank : replay.banks()) {
        pieces.asIntBuffer().put(bank);
        pieces.position(pieces.position() + bank.length * Integer.BYTES);
      }
      assertEquals(-1, banks.mismatch(pieces.flip()), "at " + quanta);
    }
  }

  private static ByteBuffer content(Image image, BlockKind kind) throws Exception {
    List<ImageBlock> blocks = image.blocks().stream().filter(b -> b.kind() == kind).toList();
    assertEquals(1, blocks.size(), image.blocks().toString());
    ImageBlock block = blocks.get(0);
    byte[] bytes = new byte[Math.toIntExact(block.length())];
    // A load that left a byte out would leave this.
    Arrays.fill(bytes, (byte) 0xa5);
    RamLoader.load(
        image,
        block,
        new Memory() {
          @Override
          public ByteBuffer slice(long offset, int length) {
            return ByteBuffer.wrap(bytes, (int) offset, length).slice();
          }

          @Override
          public void zero(long offset, long length) {
            Arrays.fill(bytes, (int) offset, (int) (offset + length), (byte) 0);
          }
        });
    return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
  }

  @Test
  void aThreadThatIsNeverAtRamIsToldAndNotGated() throws Exception {
    HeapMachine machine = new HeapMachine();
    Window window = new Window();
    Thread vcpu = start(machine);
    Thread painter = new Thread(window, "painter");
    painter.setDaemon(true);
    painter.start();
    String text;
    try (machine;
        window) {
      text = discover(List.of()).text();
    }
    vcpu.join();
    painter.join();
    HostProfile profile = HostProfile.read("discovered", new StringReader(text));
    assertEquals("com.example.machine.HeapMachine::step", profile.values().get("gate"), text);
    // Its stacks may never show paint, which is short: then the thread is told without a method.
    assertTrue(
        text.contains("thread painter was not seen at guest RAM")
            || text.matches(
                "(?s).*thread painter was running in \\d+ % of[ \n#]+the samples, and was not.*"),
        text);
    assertEquals(
        "fields:com.example.machine.HeapMachine,fields:com.example.machine.HeapMachine$Memory,fields:com.example.machine.HeapMachine$Screen",
        profile.values().get("state"),
        text);
  }

  @Test
  void ramFromUnsafeIsNamedByItsSiteAndASnapshotTakenWithIt() throws Exception {
    String text;
    UnsafeMachine machine;
    Thread vcpu;
    try (Hooked watched = new Hooked(Map.of(HookOptions.RAM_MIN, "256k"))) {
      machine = new UnsafeMachine();
      vcpu = start(machine);
      try (machine) {
        text = discover(watched.guest.blocks()).text();
      }
      vcpu.join();
      machine.free();
    }
    HostProfile profile = HostProfile.read("discovered", new StringReader(text));
    assertEquals(
        Map.of(
            "gate", "com.example.machine.UnsafeMachine::frame(int)",
            "state", "com.example.machine.UnsafeMachine::saveState/restoreState",
            "ram.by", "com.example.Memory",
            "ram.min", "2m"),
        profile.values(),
        text);
    assertTrue(text.contains("it is synchronized"), text);

    try (Hooked hooked = new Hooked(profile.values())) {
      UnsafeMachine second = new UnsafeMachine();
      Thread again = start(second);
      try (second) {
        hooked.snapshot(directory.resolve("unsafe.ramshot"));
      }
      again.join();
      second.free();
      assertEquals(
          List.of(), hooked.warnings.stream().filter(w -> !w.contains("synchronized")).toList());
    }
    try (Image image = Image.open(directory.resolve("unsafe.ramshot"))) {
      assertEquals(1, image.blocks().size());
      assertEquals(3 << 20, image.blocks().get(0).length());
      assertEquals(1, image.states().size());
    }
  }

  /** Memory is looked at where it was, whatever its owner does to it. */
  @Test
  void memoryThatIsFreedWhileItIsWatchedHarmsNobody() throws Exception {
    try (Hooked watched = new Hooked(Map.of(HookOptions.RAM_MIN, "256k"))) {
      UnsafeMachine machine = new UnsafeMachine();
      CountDownLatch looked = new CountDownLatch(1);
      Thread freeing =
          new Thread(
              () -> {
                try {
                  looked.await();
                  Thread.sleep(300);
                  machine.free();
                } catch (InterruptedException e) {
                  throw new IllegalStateException(e);
                }
              });
      freeing.start();
      Discovery.Result result =
          new Discovery(
                  ByteBuddyAgent.getInstrumentation(),
                  () -> {
                    List<Block> blocks = watched.guest.blocks();
                    looked.countDown();
                    return blocks;
                  },
                  TIME)
              .run();
      freeing.join();
      assertFalse(result.text().contains("ram.by="), result.text());
    }
  }

  @Test
  void aHostWithoutAGuestGetsOneLineThatSaysWhatWasLookedAt() throws Exception {
    Discovery.Result result = discover(List.of());
    assertFalse(result.found(), result.text());
    assertEquals(1, result.text().lines().count(), result.text());
    assertTrue(
        result.text().matches("nothing found in \\d+ s .* looked at \\d+ times.*"), result.text());
  }

  @Test
  void noAdviceRemains() throws Exception {
    HeapMachine machine = new HeapMachine();
    Thread vcpu = start(machine);
    try (machine) {
      discover(List.of());
      Calls.reset();
      Thread.sleep(200);
      for (int i = 0; i < Calls.MAX_METHODS; i++) {
        assertEquals(0, Calls.entered(i));
      }
    }
    vcpu.join();
  }

  @Test
  void whoIsInAHurryGetsWhatIsKnown() throws Exception {
    HeapMachine machine = new HeapMachine();
    Thread vcpu = start(machine);
    try (machine) {
      Discovery discovery =
          new Discovery(ByteBuddyAgent.getInstrumentation(), List::of, Duration.ofMinutes(10));
      Thread ending =
          new Thread(
              () -> {
                try {
                  Thread.sleep(1500);
                } catch (InterruptedException e) {
                  throw new IllegalStateException(e);
                }
                discovery.hurry();
              });
      ending.start();
      String text = discovery.run().text();
      assertTrue(text.contains("HeapMachine$Memory#bytes"), text);
      ending.join();
    }
    vcpu.join();
  }

  /** Hooks with a real guest, as the agent installs them. */
  private static final class Hooked implements AutoCloseable {
    final Guest guest = new Guest();
    final List<String> warnings = new ArrayList<>();
    private final Hooks hooks;

    Hooked(Map<String, String> values) {
      hooks =
          Hooks.install(
              ByteBuddyAgent.getInstrumentation(), HookOptions.parse(values), guest, warnings::add);
      guest.vcpus(hooks.vcpus());
    }

    void snapshot(Path file) throws Exception {
      Snapshot snapshot = guest.snapshot(file);
      var result = snapshot.await();
      assertEquals(SnapshotState.COMPLETED, result.state(), result.message());
    }

    @Override
    public void close() {
      hooks.close();
    }
  }
}
