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
  @ValueSource(strings = {"direct", "native"})
  void everyImageIsOneInstant(String memory) throws Exception {
    try (ForkedJvm host =
        Emulators.jvm()
            .withAgent(Emulators.options("graalwasm", WasmProof.RATE))
            .start(
                GraalWasmHost.class,
                Emulators.jars(),
                memory,
                Integer.toString(WasmProof.PIECES))) {
      WasmProof.imagesAreInstantsAndMemoryMayGrow(host, directory);
    }
  }
}
