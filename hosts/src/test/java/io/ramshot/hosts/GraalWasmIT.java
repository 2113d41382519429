package io.ramshot.hosts;

import com.example.wasm.GraalWasmHost;
import io.ramshot.agent.ForkedJvm;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** GraalWasm, whose memory is an array, a direct buffer or native memory, by its options. */
class GraalWasmIT {

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"heap", "direct", "native"})
  void everyImageIsOneInstant(String memory) throws Exception {
    try (ForkedJvm host = start(memory, "profile=graalwasm," + WasmProof.RATE)) {
      WasmProof.imagesAreInstantsAndMemoryMayGrow(host, directory, true);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"heap", "native"})
  void aGuestThatKeepsAllInMemoryGoesOnInAnotherJvm(String memory) throws Exception {
    WasmProof.guestGoesOnInAnotherJvm(
        directory, "graalwasm", (options, more) -> start(memory, options, more));
  }

  private static ForkedJvm start(String memory, String options, String... more) throws Exception {
    return WasmProof.start(
        GraalWasmHost.class, Emulators.jars("org.graalvm"), options, memory, more);
  }
}
