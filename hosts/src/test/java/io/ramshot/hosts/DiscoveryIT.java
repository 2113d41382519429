package io.ramshot.hosts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.example.wasm.GraalWasmHost;
import io.ramshot.agent.ForkedJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A host nobody told ramshot about: watched, attached with what was found, and saved. */
class DiscoveryIT {
  @TempDir private Path directory;

  @Test
  void aProfileThatWasDiscoveredGivesImagesOfOneInstant() throws Exception {
    Path profile = directory.resolve("found.properties");
    try (ForkedJvm host =
        Emulators.jvm()
            .start(
                GraalWasmHost.class,
                Emulators.jars("org.graalvm"),
                "heap",
                Integer.toString(WasmProof.PIECES))) {
      WasmProof.awaitProgress(host);
      String pid = Long.toString(host.pid());
      run("discover", pid, "--seconds", "4", "--out", profile.toString());
      List<String> found = Files.readAllLines(profile);
      assertTrue(
          found.contains("ram=org.graalvm.wasm.memory.ByteArrayWasmMemory#dynamicBuffer"),
          found::toString);
      run("attach", pid, "profile=" + profile);
      try (Snapshots snapshots = Snapshots.of(host, directory)) {
        WasmEdge first = WasmEdge.check(snapshots.takeAndRead().ram());
        WasmEdge second = WasmEdge.check(snapshots.takeAndRead().ram());
        assertTrue(second.steps() > first.steps(), second + " after " + first);
      }
    }
  }

  private static void run(String... command) throws Exception {
    try (ForkedJvm program = ForkedJvm.commandLine(command)) {
      assertEquals(0, program.exitStatus(), program::toString);
    }
  }
}
