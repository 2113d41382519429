package io.ramshot.hooks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.example.Arenas;
import io.ramshot.testing.ForkedJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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

  /** What shares a JVM, which is what is dear: a case leaves nothing behind for the next. */
  static Stream<List<String>> kinds() {
    List<String> freed = new ArrayList<>(List.of("unsafe", "realloc", "jna", "native"));
    List<String> forgotten = new ArrayList<>(List.of("direct", "mapped", "view"));
    if (Arenas.exist()) {
      freed.addAll(List.of("confined", "shared", "mapped-arena"));
      forgotten.add("auto");
    }
    return Stream.of(freed, forgotten, List.of("heap", "heap-buffer", "pieces"));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void imageHoldsWhatTheHostGaveUp(List<String> kinds) throws IOException, InterruptedException {
    Path shared = Files.createTempDirectory(Path.of("/dev/shm"), "ramshot");
    List<String> arguments = new ArrayList<>(List.of(folder.toString(), shared.toString()));
    arguments.addAll(kinds);
    try {
      List<String> lines =
          ForkedJvm.of(RamKinds.class, arguments.toArray(String[]::new))
              .options(
                  "-Xbootclasspath/a:" + System.getProperty("ramshot.boot.jar"),
                  "-javaagent:" + System.getProperty("ramshot.test.agent.jar"))
              .succeed();
      assertEquals(
          kinds.stream().map(kind -> kind + " is right").toList(),
          lines.stream().filter(line -> line.endsWith(" is right")).toList(),
          () -> String.join("\n", lines));
      assertEquals(List.of(), lines.stream().filter(line -> line.startsWith("warning: ")).toList());
    } finally {
      Files.deleteIfExists(shared.resolve("ram"));
      Files.delete(shared);
    }
  }
}
