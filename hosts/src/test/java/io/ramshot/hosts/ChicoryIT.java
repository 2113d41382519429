package io.ramshot.hosts;

import com.example.wasm.ChicoryHost;
import io.ramshot.agent.ForkedJvm;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Chicory, whose memory is an array or a buffer; newer releases have one for each 64 KiB. */
class ChicoryIT {
  /** As the profile's notes say; it is for newer releases. */
  private static final String OLDER =
      "ram=com.dylibso.chicory.runtime.ByteArrayMemory#buffer"
          + ";com.dylibso.chicory.runtime.ByteBufferMemory#buffer,";

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"array", "buffer"})
  void everyImageIsOneInstant(String memory) throws Exception {
    try (ForkedJvm host = start(memory, "profile=chicory," + WasmProof.RATE)) {
      WasmProof.imagesAreInstantsAndMemoryMayGrow(host, directory, false);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"array", "buffer"})
  void everyImageOfAnOlderReleaseIsOneInstant(String memory) throws Exception {
    List<Path> jars = Emulators.jarsWithOlder("chicory", "com.dylibso");
    String options = "profile=chicory," + OLDER + WasmProof.RATE;
    try (ForkedJvm host = WasmProof.start(ChicoryHost.class, jars, options, memory)) {
      WasmProof.imagesAreInstantsAndMemoryMayGrow(host, directory, true);
    }
  }

  @Test
  void aGuestThatKeepsAllInMemoryGoesOnInAnotherJvm() throws Exception {
    WasmProof.guestGoesOnInAnotherJvm(
        directory, "chicory", (options, more) -> start("buffer", options, more));
  }

  private static ForkedJvm start(String memory, String options, String... more) throws Exception {
    return WasmProof.start(ChicoryHost.class, Emulators.jars("com.dylibso"), options, memory, more);
  }
}
