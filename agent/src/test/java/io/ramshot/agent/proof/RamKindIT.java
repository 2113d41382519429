package io.ramshot.agent.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.example.host.StormHost;
import com.sun.management.HotSpotDiagnosticMXBean;
import io.ramshot.agent.ForkedJvm;
import io.ramshot.agent.JmxClient;
import io.ramshot.image.BlockKind;
import io.ramshot.image.Image;
import io.ramshot.sample.Main;
import io.ramshot.sample.memory.RamKind;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
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
  private static final String SLOW = "pool=8m,rate=128m";

  /** The second one is of memory that was protected before, and moved since. */
  private static final int SNAPSHOTS = 2;

  /** How far a restored machine runs on: a hundred passes, and no multiple of a quantum. */
  private static final long FURTHER = 5_012_345;

  /** Not in the temporary folder: that may be a tmpfs, where nothing has to be tracked. */
  private static final Path ON_DISK = Path.of("target", "tracked-" + UUID.randomUUID() + ".ram");

  /** How often tracked memory was copied before the freeze. */
  private static final String TRACK_ROUNDS = "track.rounds";

  @TempDir private Path directory;

  /**
   * One host.
   *
   * @param ramFile what it is to map, on a disk; null if it has no say in that
   * @param options for the agent, so that it finds RAM
   * @param image the kind that the image is to name
   */
  private record Host(
      String collector, RamKind ram, Path ramFile, String options, BlockKind image) {
    String agent() {
      return SampleMachine.AGENT + "," + options;
    }

    List<String> arguments() {
      List<String> all = new ArrayList<>();
      all.addAll(List.of("--deterministic", "--memory=" + (BYTES >> 20) + "m"));
      all.add("--ram=" + ram.key());
      if (ramFile != null) {
        all.add("--ram-file=" + ramFile.toAbsolutePath());
      }
      return all;
    }

    boolean isTracked() {
      return ramFile != null;
    }

    boolean isProtected() {
      return !isTracked() && !(ram.onHeap() && collector.equals("UseZGC"));
    }

    @Override
    public String toString() {
      return ram.key() + (isTracked() ? " on a disk " : " ") + collector;
    }
  }

  private static Host bytes(String collector) {
    String options = SLOW + ",ram=" + MEMORY + "HeapRam#bytes";
    return new Host(collector, RamKind.HEAP, null, options, BlockKind.HEAP);
  }

  private static Host words(String collector) {
    String options = SLOW + ",ram=" + MEMORY + "HeapIntRam#words";
    return new Host(collector, RamKind.HEAP_INT, null, options, BlockKind.HEAP);
  }

  /** No collector moves it: any will do. */
  private static Host offHeap(RamKind ram, Path file, String options, BlockKind image) {
    return new Host("UseSerialGC", ram, file, options, image);
  }

  /** Each collector that moves arrays its own way, and each kind, once. */
  static Stream<Host> hosts() {
    String nativeMap = ",ram.native=" + MEMORY + "NativeRam::map";
    List<Host> hosts =
        List.of(
            bytes("UseG1GC"),
            bytes("UseParallelGC"),
            words("UseSerialGC"),
            bytes("UseShenandoahGC"),
            bytes("UseZGC"),
            offHeap(RamKind.SEGMENT, null, SLOW, BlockKind.SEGMENT),
            offHeap(RamKind.MAPPED, null, SLOW, BlockKind.MAPPED),
            // As fast as it can be: what the guest writes meanwhile then gets less. And patient,
            // for
            // the kernel lets a guest wait in its quantum that writes more than a busy disk takes.
            offHeap(RamKind.MAPPED, ON_DISK, "freeze.timeout=20s", BlockKind.MAPPED),
            offHeap(RamKind.NATIVE, null, SLOW + nativeMap, BlockKind.NATIVE));
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
      assertBlock(host, image);
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
  private static void assumeCollector(String collector) {
    HotSpotDiagnosticMXBean jvm =
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
    try {
      jvm.getVMOption(collector);
    } catch (IllegalArgumentException e) {
      Assumptions.abort("this JDK has no -XX:+" + collector);
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
        }
      }
      assertEquals(List.of(), machine.messages());
    }
    if (host.isProtected()) {
      assertTrue(requests > 0, "the guest never wrote to a protected page");
    }
    return images;
  }

  private static void assertBlock(Host host, Path file) throws Exception {
    try (Image image = Image.open(file)) {
      assertEquals(1, image.blocks().size());
      assertEquals(host.image, image.blocks().get(0).kind());
      assertEquals(
          host.isTracked(),
          image.info().containsKey(TRACK_ROUNDS),
          () -> host + " was tracked, or was not: " + image.info());
    }
  }
}
