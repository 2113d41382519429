package io.ramshot.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every build reads the images that the first one wrote, to the last checksum. */
class GoldenTest {
  static final List<String> NAMES =
      List.of("full", "increment", "second", "other-machine", "engine", "chain-1", "chain-2");

  @TempDir Path folder;

  /** Puts all golden images into a folder. */
  static void unpack(Path folder) throws IOException {
    for (String name : NAMES) {
      try (InputStream in = new GZIPInputStream(resource(name + ".ramshot.gz"))) {
        Files.copy(in, folder.resolve(name + ".ramshot"));
      }
    }
  }

  private static InputStream resource(String name) throws IOException {
    InputStream in = GoldenTest.class.getResourceAsStream("/golden/v1/" + name);
    if (in == null) {
      throw new IOException("no golden file " + name);
    }
    return in;
  }

  private static byte[] bytes(String name) throws IOException {
    try (InputStream in = resource(name)) {
      return in.readAllBytes();
    }
  }

  @Test
  void readsWhatWasWritten() throws Exception {
    unpack(folder);
    for (String name : NAMES) {
      try (Image image = Image.open(folder.resolve(name + ".ramshot"))) {
        assertEquals(
            new String(bytes(name + ".txt"), StandardCharsets.UTF_8), GoldenText.of(image), name);
        assertTrue(
            ImageVerifier.verify(image, ImageVerifier.Depth.EVERY_BYTE, ImageVerifier.Progress.NONE)
                .isIntact(),
            name);
      }
    }
  }

  /** As sha256sum -c does. */
  @Test
  void filesAreNeverChanged() throws Exception {
    Map<String, String> expected = new TreeMap<>();
    for (String line : new String(bytes("SHA256SUMS"), StandardCharsets.UTF_8).lines().toList()) {
      expected.put(line.substring(66), line.substring(0, 64));
    }
    Map<String, String> actual = new TreeMap<>();
    for (String name : NAMES) {
      for (String suffix : List.of(".ramshot.gz", ".txt")) {
        actual.put(name + suffix, GoldenText.sha256(bytes(name + suffix)));
      }
    }
    assertEquals(expected, actual);
  }
}
