package io.ramshot.agent.jmx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where JMX clients may have files written, and where not. */
@Tag("once")
class JmxTargetsTest {
  @TempDir private Path directory;
  private Path inside;
  private Path outside;

  @BeforeEach
  void folders() throws Exception {
    inside = Files.createDirectory(directory.resolve("inside"));
    outside = Files.createDirectory(directory.resolve("outside"));
    Files.createDirectory(inside.resolve("sub"));
  }

  private static void refused(Function<String, Path> targets, Object path, String why) {
    String message =
        assertThrows(IllegalArgumentException.class, () -> targets.apply(path.toString()))
            .getMessage();
    assertTrue(message.contains(why), message);
    assertFalse(message.contains("\n"), message);
  }

  @Test
  void anywhereOnlyNamesOfImages() {
    JmxTargets targets = JmxTargets.anywhere();
    Path image = outside.resolve("a.ramshot");
    assertEquals(image, targets.image(image.toString()));
    assertEquals(image, targets.image(inside + "/../outside/a.ramshot"));
    for (String name :
        new String[] {".bashrc", "x.sh", "ramshot", "a.ramshot.zst", "a.ramshot ", "a.RAMSHOT"}) {
      refused(targets::image, outside.resolve(name), "does not end in .ramshot: choose a name");
    }
    refused(targets::image, outside.resolve("x".repeat(250) + ".ramshot"), "more than 255 bytes");
  }

  @Test
  void withinAFolderAnyName() throws Exception {
    JmxTargets targets = JmxTargets.within(inside);
    assertEquals(inside.resolve("any"), targets.image(inside.resolve("any").toString()));
    assertEquals(inside.resolve("sub/any"), targets.image(inside + "/sub/any"));
    Files.createSymbolicLink(inside.resolve("away"), outside);
    Files.createSymbolicLink(outside.resolve("back"), inside);
    Files.createDirectory(directory.resolve("inside2"));
    String why = "is not in jmx.folder=" + inside + ": choose a name there";
    refused(targets::image, outside.resolve("a.ramshot"), why);
    refused(targets::image, inside + "/../outside/a.ramshot", why);
    refused(targets::image, inside + "/away/a.ramshot", why);
    refused(targets::image, inside + "/sub/../away/a.ramshot", why);
    refused(targets::image, directory.resolve("inside2/a.ramshot"), why);
    // What counts is where it is, not how it is called.
    assertEquals(inside.resolve("b"), targets.image(outside + "/back/b"));
    Files.createSymbolicLink(inside.resolve("link"), outside.resolve("new"));
    refused(targets::image, inside.resolve("link"), "exists");
    refused(targets::folder, outside.resolve("timeline"), why);
    refused(targets::folder, inside.resolve("away"), why);
    refused(targets::folder, inside.resolve("away/timeline"), why);
    assertEquals(inside.resolve("sub"), targets.folder(inside + "/sub"));
    refused(
        JmxTargets.within(directory.resolve("none"))::image,
        inside.resolve("a.ramshot"),
        "jmx.folder=" + directory.resolve("none") + " is no folder: create it");
  }

  /** Nobody is to find a timeline's files among his own. */
  @Test
  void aTimelineHasAFolderOfItsOwn() throws Exception {
    JmxTargets targets = JmxTargets.anywhere();
    assertEquals(outside, targets.folder(outside.toString()));
    assertEquals(outside.resolve("new"), targets.folder(outside + "/new"));
    refused(targets::folder, outside.resolve("new/newer"), "does not exist: create it first");
    refused(targets::folder, "/", "holds other files and no timeline: name a new folder");
    Files.createFile(outside.resolve("a document"));
    refused(targets::folder, outside, "holds other files and no timeline");
    Files.createFile(outside.resolve("timeline-000001.ramshot"));
    assertEquals(outside, targets.folder(outside.toString()));
  }
}
