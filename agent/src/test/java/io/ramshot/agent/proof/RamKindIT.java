package io.ramshot.agent.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.example.host.StormHost;
import io.ramshot.agent.ForkedJvm;
import io.ramshot.agent.JmxClient;
import io.ramshot.image.BlockKind;
import io.ramshot.image.Image;
import io.ramshot.sample.Main;
import io.ramshot.sample.memory.RamKind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.management.openmbean.CompositeData;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The replay oracle for every place where hosts keep RAM, and for every collector that may move it:
 * an image taken in a storm of collections and stack traces is what a run without ramshot comes to,
 * and a machine restored from it goes on as if nothing had been.
 */
class RamKindIT {
  private static final String MEMORY = "io.ramshot.sample.memory.";
  private static final long BYTES = 32 << 20;

  /** Slow, and with little pool: the guest writes to protected pages, and waits for some. */
  private static final String AGENT = SampleMachine.AGENT + ",pool=8m,rate=128m";

  private static final int SNAPSHOTS = 2;

  /** How far a restored machine runs on: no multiple of a quantum. */
  private static final long FURTHER = 20_012_345;

  @TempDir private Path directory;

  /**
   * One host.
   *
   * @param options for the agent, so that it finds RAM; may be empty
   * @param image the kind that the image is to name
   */
  private record Host(String collector, RamKind ram, String options, BlockKind image) {
    String agent() {
      return options.isEmpty() ? AGENT : AGENT + "," + options;
    }

    List<String> arguments() {
      return List.of("--deterministic", "--memory=" + (BYTES >> 20) + "m", "--ram=" + ram.key());
    }

    @Override
    public String toString() {
      return ram.key() + " " + collector;
    }
  }

  private static Host bytes(String collector) {
    return new Host(collector, RamKind.HEAP, "ram=" + MEMORY + "HeapRam#bytes", BlockKind.HEAP);
  }

  private static Host words(String collector) {
    return new Host(
        collector, RamKind.HEAP_INT, "ram=" + MEMORY + "HeapIntRam#words", BlockKind.HEAP);
  }

  private static Host offHeap(RamKind ram, String options, BlockKind image) {
    return new Host("UseSerialGC", ram, options, image);
  }

  static Stream<Host> hosts() {
    List<Host> hosts =
        List.of(
            bytes("UseG1GC"),
            words("UseG1GC"),
            bytes("UseParallelGC"),
            words("UseSerialGC"),
            bytes("UseShenandoahGC"),
            bytes("UseZGC"),
            offHeap(RamKind.SEGMENT, "", BlockKind.SEGMENT),
            offHeap(RamKind.MAPPED, "", BlockKind.MAPPED),
            offHeap(RamKind.NATIVE, "ram.native=" + MEMORY + "NativeRam::map", BlockKind.NATIVE));
    // The sample's own tests prove that an older JDK refuses the others.
    return hosts.stream().filter(host -> host.ram.firstJdk() <= Runtime.version().feature());
  }

  @ParameterizedTest
  @MethodSource("hosts")
  void replaysAndRestores(Host host) throws Exception {
    assumeCollector(host.collector);
    List<Path> images = takeInAStorm(host);
    Replay replay = new Replay(BYTES);
    long steps = 0;
    for (Path image : images) {
      SavedMachine saved = SavedMachine.read(image);
      assertTrue(saved.steps() > steps, "each image is of a later instant");
      steps = saved.steps();
      replay.runTo(steps);
      replay.check(saved.ram(), saved.state(), image.toString());
      assertEquals(host.image, kind(image));
    }
    Path prefix = directory.resolve("restored");
    SampleMachine.dump(
        jvm(host).withAgent(host.agent() + ",restore=" + images.get(images.size() - 1)),
        host.arguments(),
        steps + FURTHER,
        prefix);
    replay.runTo(steps + FURTHER);
    ByteBuffer ram = ByteBuffer.wrap(Files.readAllBytes(directory.resolve("restored.ram")));
    byte[] state = Files.readAllBytes(directory.resolve("restored.state"));
    replay.check(ram.order(ByteOrder.LITTLE_ENDIAN), state, "restored");
  }

  /** Some builds of the JDK lack one. */
  private static void assumeCollector(String collector) throws Exception {
    try (ForkedJvm probe = ForkedJvm.java("-XX:+" + collector, "-version").start()) {
      Assumptions.assumeTrue(probe.exitStatus() == 0, "this JDK has no -XX:+" + collector);
    }
  }

  /** With a heap for RAM, wherever that is. */
  private static ForkedJvm.Builder jvm(Host host) {
    return ForkedJvm.java("-XX:+" + host.collector, "-Xmx160m");
  }

  private List<Path> takeInAStorm(Host host) throws Exception {
    Path emulator = Path.of(Main.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    List<Path> images = new ArrayList<>();
    long requests = 0;
    try (ForkedJvm machine =
        jvm(host)
            .withAgent(host.agent())
            .limit(Duration.ofSeconds(120))
            .start(StormHost.class, List.of(emulator), host.arguments().toArray(String[]::new))) {
      machine.awaitOut(line -> line.startsWith("edge: ready"));
      try (JmxClient client = JmxClient.connectNow(machine)) {
        for (int i = 0; i < SNAPSHOTS; i++) {
          Path image = directory.resolve(i + ".ramshot");
          CompositeData result = SampleMachine.snapshot(machine, client, image);
          requests += (Long) ((CompositeData) result.get("status")).get("requests");
          images.add(image);
          SampleMachine.awaitProgress(machine);
        }
      }
      assertEquals(List.of(), machine.messages());
    }
    if (!host.collector.equals("UseZGC")) {
      assertTrue(requests > 0, "the guest never wrote to a protected page");
    }
    return images;
  }

  private static BlockKind kind(Path file) throws Exception {
    try (Image image = Image.open(file)) {
      assertEquals(1, image.blocks().size());
      return image.blocks().get(0).kind();
    }
  }
}
