package io.ramshot.image;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example in docs/FORMAT.md is what this build writes: the format cannot change unnoticed. */
class ExampleTest {
  private static final Pattern LINE =
      Pattern.compile(" {4}([0-9a-f]{8}): ((?:[0-9a-f]{4} ){8}) .{16}");

  @TempDir Path directory;

  @Test
  void theExampleIsWhatIsWritten() throws Exception {
    assertEquals(
        "unknown", Product.current().version(), "the example shows a build without a version");
    byte[] ram = new byte[5000];
    ram[0] = 1;
    Path file = directory.resolve("example.ramshot");
    TestImage example =
        new TestImage()
            .block("ram", 16, ram)
            .state("cpu0", new byte[] {1, 2, 3})
            .info("pauseNanos", "99000");
    assertEquals(BlockKind.DIRECT, example.extents().get(0).kind());
    example.write(file);
    byte[] written = Files.readAllBytes(file);
    int lines = 0;
    for (String line : Files.readAllLines(documentation())) {
      Matcher matcher = LINE.matcher(line);
      if (matcher.matches()) {
        int at = Integer.parseInt(matcher.group(1), 16);
        assertEquals(
            matcher.group(2).replace(" ", ""),
            HexFormat.of().formatHex(written, at, at + 16),
            line);
        lines++;
      }
    }
    assertEquals(8 + 17, lines, "lines of the example");
    assertEquals(0x102110, written.length);
  }

  private static Path documentation() throws IOException {
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      if (Files.exists(at.resolve("docs/FORMAT.md"))) {
        return at.resolve("docs/FORMAT.md");
      }
    }
    throw new IOException("docs/FORMAT.md is not above " + Path.of("").toAbsolutePath());
  }
}
