package io.ramshot.hooks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.example.Arenas;
import io.ramshot.testing.ForkedJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** RAM of each kind goes away in mid-snapshot; wants the permission to use userfaultfd. */
@Tag("userfaultfd")
class RamKindsTest {

  @TempDir private Path folder;

  static Stream<String> kinds() {
    Stream<String> all =
        Stream.of(
            "unsafe",
            "realloc",
            "direct",
            "mapped",
            "view",
            "jna",
            "native",
            "heap",
            "heap-buffer",
            "pieces");
    return Arenas.exist()
        ? Stream.concat(all, Stream.of("confined", "shared", "auto", "mapped-arena"))
        : all;
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void imageHoldsWhatTheHostGaveUp(String kind) throws IOException, InterruptedException {
    Path shared = Files.createTempDirectory(Path.of("/dev/shm"), "ramshot");
    try {
      List<String> lines =
          ForkedJvm.of(RamKinds.class, kind, folder.toString(), shared.toString())
              .options(
                  "-Xbootclasspath/a:" + System.getProperty("ramshot.boot.jar"),
                  "-javaagent:" + System.getProperty("ramshot.test.agent.jar"))
              .succeed();
      assertEquals("right", lines.get(lines.size() - 1), () -> String.join("\n", lines));
      assertEquals(List.of(), lines.stream().filter(line -> line.startsWith("warning: ")).toList());
    } finally {
      Files.deleteIfExists(shared.resolve("ram"));
      Files.delete(shared);
    }
  }
}
