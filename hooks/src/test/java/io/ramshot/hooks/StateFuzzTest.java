package io.ramshot.hooks;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.testing.Fuzzing;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** States that nobody saved are refused, and the guest stays as it was. See docs/FUZZING.md. */
class StateFuzzTest {
  private static final int RUNS = 12_000;

  @Test
  void everySeed() throws Exception {
    for (Map.Entry<String, byte[]> seed : Fuzzing.seeds(StateFuzz.class).entrySet()) {
      try {
        StateFuzz.fuzzerTestOneInput(seed.getValue());
      } catch (Exception | Error e) {
        throw new AssertionError("seed " + seed.getKey(), e);
      }
    }
  }

  @Test
  void whatComesOfSeeds(@TempDir Path scratch) throws Exception {
    Map<String, Long> outcomes = Fuzzing.run(StateFuzz.class, RUNS, scratch);
    System.out.println(
        "StateFuzz: "
            + outcomes.size()
            + " outcomes, "
            + outcomes.get("fields: loaded")
            + " taken");
    // It finds its way to the values, and to objects that are complete.
    assertTrue(outcomes.size() >= 20, outcomes::toString);
    assertTrue(outcomes.getOrDefault("fields: loaded", 0L) >= 20, outcomes::toString);
  }
}
