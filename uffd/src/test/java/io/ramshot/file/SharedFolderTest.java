package io.ramshot.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("once")
class SharedFolderTest {
  @TempDir Path folder;

  /** Run as root, as all of these tests are. */
  @ParameterizedTest
  @CsvSource({
    "0755, 0, 0, ",
    "0700, 0, 0, ",
    "0777, 0, 0, everybody",
    "01777, 0, 0, ",
    "0775, 0, 0, ",
    "0775, 0, 100, group 100",
    "01775, 0, 100, ",
    "0755, 1000, 1000, user 1000",
    "01777, 1000, 1000, user 1000",
    "0777, 1000, 1000, everybody"
  })
  void tellsWhoCanReplaceFiles(String mode, int owner, int group, String who) throws Exception {
    Path shared = Files.createDirectory(folder.resolve("shared"));
    Files.setAttribute(shared, "unix:mode", Integer.parseInt(mode, 8));
    Files.setAttribute(shared, "unix:uid", owner);
    Files.setAttribute(shared, "unix:gid", group);
    assertEquals(Optional.ofNullable(who), SharedFolder.sharedWith(shared));
    SharedFolder.warning(shared)
        .ifPresent(line -> assertTrue(line.contains("chmod +t") && line.contains(who), line));
  }
}
