package io.ramshot.hosts;

import com.example.wasm.ChicoryHost;
import io.ramshot.agent.ForkedJvm;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Chicory, whose memory is an array or a buffer; newer releases have one for each 64 KiB. */
class ChicoryIT {
  /** As the profile's notes say. */
  private static final String OLDER =
      "ram=com.dylibso.chicory.runtime.ByteArrayMemory#buffer"
          + ";com.dylibso.chicory.runtime.ByteBufferMemory#buffer";

  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource({"newest, array", "newest, buffer", "older, array", "older, buffer"})
  void everyImageIsOneInstant(String release, String memory) throws Exception {
    try (ForkedJvm host = start(release, memory, WasmProof.RATE)) {
      WasmProof.imagesAreInstantsAndMemoryMayGrow(host, directory, release.equals("older"));
    }
  }

  @ParameterizedTest
  @CsvSource({"newest, array", "older, buffer"})
  void aGuestThatKeepsAllInMemoryGoesOnInAnotherJvm(String release, String memory)
      throws Exception {
    WasmProof.guestGoesOnInAnotherJvm(
        directory, (options, more) -> start(release, memory, options, more));
  }

  private static ForkedJvm start(String release, String memory, String options, String... more)
      throws Exception {
    boolean newest = release.equals("newest");
    List<Path> jars = newest ? Emulators.jars() : Emulators.jarsWithOlder("chicory");
    return WasmProof.start(
        ChicoryHost.class, jars, "chicory", newest ? options : OLDER + "," + options, memory, more);
  }
}
