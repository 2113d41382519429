package io.ramshot.agent.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code pack} and {@code unpack} refuse, and names that are URIs. */
class PackCommandTest {
  @TempDir private Path directory;

  @Test
  void wrongUsageAndWrongFilesAreOneLine() throws Exception {
    String none = directory.resolve("none").toString();
    String target = directory.resolve("new.zst").toString();
    String text = Files.writeString(directory.resolve("text"), "hello").toString();
    fails(1, none + " does not exist: check the name", "pack", none, target);
    fails(1, text + " is not a ramshot image", "unpack", text, target);
    fails(2, "--level=20 is no level: give 1 to 19", "pack", "--level=20", text, target);
    fails(2, "--threads=0 is out of bounds: give 1 to 256", "pack", "--threads=0", text, target);
    assertEquals(1, Files.list(directory).count());
  }

  @Test
  void urisNeedAProvider() throws Exception {
    String zip = "jar:" + directory.resolve("x.zip").toUri() + "!/x";
    fails(
        2,
        "s3://b/k needs a file system provider for s3:, and only file, jar,",
        "info",
        "s3://b/k");
    fails(2, directory.resolve("x.zip") + " does not exist: check the name", "info", zip);
    fails(2, "jar:x%20y cannot be reached (", "info", "jar:x%20y");
    fails(2, "jar:x y is not a URI (", "info", "jar:x y");
    // A file that has such a name is meant.
    Path colon = Files.writeString(Path.of("target", "s3:x"), "");
    try {
      fails(1, "target/s3:x is empty", "info", "target/s3:x");
    } finally {
      Files.delete(colon);
    }
  }

  private static void fails(int status, String why, String... arguments) {
    PrintStream err = System.err;
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    System.setErr(new PrintStream(text, true, StandardCharsets.UTF_8));
    try {
      assertEquals(status, CommandLineMain.run(arguments));
    } finally {
      System.setErr(err);
    }
    String message = text.toString(StandardCharsets.UTF_8);
    assertTrue(message.startsWith("ramshot: ") && message.contains(why), message);
    assertTrue(message.lines().count() <= 2, message);
  }
}
