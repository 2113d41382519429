package io.ramshot.uffd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.testing.ForkedJvm;
import io.ramshot.testing.Mount;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LibraryLoaderTest {
  @TempDir Path folder;

  private static String load(String... options) throws Exception {
    List<String> lines = ForkedJvm.of(LoadLibrary.class).options(options).succeed();
    return lines.get(lines.size() - 1);
  }

  private static void refused(String line, String... words) {
    assertTrue(line.startsWith("refused: "), line);
    for (String word : words) {
      assertTrue(line.contains(word), () -> "no \"" + word + "\" in: " + line);
    }
  }

  @Test
  void packedLibraryIsLoadedAndItsCopyRemoved() throws Exception {
    assertEquals("loaded, pages of 4096", load("-Dramshot.tmpdir=" + folder));
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(List.of(), left.toList());
    }
  }

  @Test
  void namedFileThatIsMissingIsNamedWithItsProperty() throws Exception {
    Path missing = folder.resolve("missing.so");
    refused(load("-Dramshot.library=" + missing), missing.toString(), "-Dramshot.library");
  }

  @Test
  void namedFileThatIsNoLibraryIsNamedWithAWayOut() throws Exception {
    Path text = Files.writeString(folder.resolve("text.so"), "not a library\n".repeat(100));
    refused(load("-Dramshot.library=" + text), text.toString(), "-Dramshot.library");
  }

  @Test
  void temporaryFolderThatIsMissingIsNamedWithItsProperty() throws Exception {
    Path missing = folder.resolve("missing");
    refused(load("-Dramshot.tmpdir=" + missing), missing.toString(), "-Dramshot.tmpdir=FOLDER");
  }

  @Test
  void noexecFolderIsNamedWithThePropertyToSet() throws Exception {
    Path noexec = Files.createDirectory(folder.resolve("noexec"));
    Mount mount = Mount.tmpfs(noexec, "size=8m,noexec");
    try {
      refused(
          load("-Dramshot.tmpdir=" + noexec),
          noexec.toString(),
          "noexec",
          "-Dramshot.tmpdir=FOLDER",
          "-Djna.tmpdir=FOLDER");
    } finally {
      mount.close();
    }
  }
}
