package io.ramshot.image;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.testing.Fuzzing;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images that nobody wrote are refused, whatever is in them. See docs/FUZZING.md. */
@Tag("once")
class ImageFuzzTest {
  private static final int RUNS = 8_000;
  private static final int PACKED_RUNS = 1000;

  @Test
  void everySeed() throws Exception {
    Fuzzing.everySeed(ImageFuzz.class, ImageFuzz::fuzzerTestOneInput);
    Fuzzing.everySeed(PackedFuzz.class, PackedFuzz::fuzzerTestOneInput);
  }

  @Test
  void whatComesOfPackedSeeds(@TempDir Path scratch) throws Exception {
    Map<String, Long> outcomes = Fuzzing.run(PackedFuzz.class, PACKED_RUNS, scratch);
    System.out.println(
        "PackedFuzz: " + outcomes.size() + " outcomes, " + outcomes.get("used") + " images used");
    assertTrue(outcomes.size() >= 15, outcomes::toString);
    assertTrue(outcomes.getOrDefault("used", 0L) >= 5, outcomes::toString);
  }

  @Test
  void whatComesOfSeeds(@TempDir Path scratch) throws Exception {
    Map<String, Long> outcomes = Fuzzing.run(ImageFuzz.class, RUNS, scratch);
    System.out.println(
        "ImageFuzz: " + outcomes.size() + " outcomes, " + outcomes.get("used") + " images used");
    // It finds its way behind the checksums: to each section's fields, and through to the pages.
    assertTrue(outcomes.size() >= 50, outcomes::toString);
    assertTrue(outcomes.getOrDefault("used", 0L) >= 20, outcomes::toString);
  }
}
