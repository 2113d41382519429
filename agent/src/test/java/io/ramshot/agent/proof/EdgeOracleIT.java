package io.ramshot.agent.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.example.host.RedefinitionStorm;
import com.example.host.StormHost;
import io.ramshot.agent.ForkedJvm;
import io.ramshot.agent.JmxClient;
import io.ramshot.sample.Main;
import io.ramshot.sample.board.Board;
import io.ramshot.sample.cpu.Hart;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import javax.management.openmbean.CompositeData;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Snapshot after snapshot while the JVM is stopped from all sides: garbage collections, stack
 * traces, thread and heap dumps, classes redefined, every figure of the agent polled. None hangs,
 * and each image is one instant.
 */
class EdgeOracleIT {
  private static final int SNAPSHOTS = 10;

  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource({
    "-XX:+UseG1GC, direct, 32m",
    "-XX:+UseParallelGC, unsafe, 2m",
  })
  void everyImageIsOneInstantInAStorm(String collector, String kind, String pool) throws Exception {
    String options = SampleMachine.AGENT + ",rate=128m,pool=" + pool;
    Path emulator = Path.of(Main.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    try (ForkedJvm machine =
        ForkedJvm.java(collector)
            .with("-javaagent:" + redefiningAgent() + "=" + redefinedClasses())
            .withAgent(options)
            .limit(Duration.ofSeconds(120))
            .start(StormHost.class, List.of(emulator), "--memory=32m", "--ram=" + kind)) {
      machine.awaitOut(line -> line.startsWith("edge: ready"));
      machine.awaitErr(line -> line.startsWith("redefined"));
      long before = redefinitions(machine);
      try (JmxClient client = JmxClient.connectNow(machine);
          JmxStorm storm = new JmxStorm(machine, directory)) {
        takeAndCheck(machine, client);
        storm.check();
        assertTrue(storm.rounds() > 0, "nobody polled meanwhile");
      }
      assertTrue(redefinitions(machine) > before, machine.toString());
      assertEquals(List.of(), machine.messages());
      SampleMachine.awaitProgress(machine);
    }
  }

  private void takeAndCheck(ForkedJvm machine, JmxClient client) throws Exception {
    long last = 0;
    long requests = 0;
    for (int i = 0; i < SNAPSHOTS; i++) {
      Path image = directory.resolve(i + ".ramshot");
      CompositeData result = SampleMachine.snapshot(machine, client, image);
      requests += (Long) ((CompositeData) result.get("status")).get("requests");
      SavedMachine saved = SavedMachine.read(image);
      long done = EdgePattern.check(saved.ram());
      assertTrue(done > last, "each image is of a later instant");
      last = done;
      Files.delete(image);
    }
    assertTrue(requests >= SNAPSHOTS, "the guest hardly wrote to protected pages: " + requests);
  }

  private static String redefinedClasses() {
    return Board.class.getName() + "," + Hart.class.getName() + ",java.nio.ByteBuffer";
  }

  private static long redefinitions(ForkedJvm machine) {
    assertTrue(machine.err().stream().noneMatch(line -> line.contains("abated")), "see stderr");
    return machine.err().stream().filter(line -> line.startsWith("redefined ")).count();
  }

  /** A jar that names a class of the tests, and holds nothing. */
  private Path redefiningAgent() throws Exception {
    Manifest manifest = new Manifest();
    Attributes attributes = manifest.getMainAttributes();
    attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    attributes.putValue("Premain-Class", RedefinitionStorm.class.getName());
    attributes.putValue("Can-Redefine-Classes", "true");
    attributes.putValue("Can-Retransform-Classes", "true");
    Path jar = directory.resolve("redefinitions.jar");
    try (OutputStream out = Files.newOutputStream(jar)) {
      new JarOutputStream(out, manifest).close();
    }
    return jar;
  }
}
