package io.ramshot.hooks;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.hooks.fields.FieldCodes;
import io.ramshot.testing.Fuzzing;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** States that nobody saved are refused, and the guest stays as it was. See docs/FUZZING.md. */
@Tag("once")
class StateFuzzTest {
  private static final int RUNS = 8_000;
  private static final int DEPTH = 100_000;

  /** Further than to the array that says so, whatever arrays the fields before have. */
  private static final int AHEAD = 20;

  @Test
  void everySeed() throws Exception {
    Fuzzing.everySeed(StateFuzz.class, StateFuzz::fuzzerTestOneInput);
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
    assertTrue(outcomes.getOrDefault("fields: loaded", 0L) >= 8, outcomes::toString);
  }

  /** Deeper than a stack, both ways: arrays in arrays, and arrays that name the next one. */
  @Test
  void arraysWithoutEnd() throws Exception {
    ByteArrayOutputStream within = new ByteArrayOutputStream();
    ByteArrayOutputStream chain = new ByteArrayOutputStream();
    chain.writeBytes(array("[[[I", DEPTH));
    for (int i = 0; i < DEPTH; i++) {
      within.writeBytes(array("[[I", 1));
      chain.writeBytes(array("[[I", 1));
      chain.write(FieldCodes.SAME);
      chain.writeBytes(ByteBuffer.allocate(6).putInt(2, i + AHEAD).array());
    }
    for (byte[] value : List.of(within.toByteArray(), chain.toByteArray())) {
      byte[] state = StateFuzz.withAny(value);
      IOException e =
          assertThrows(
              IOException.class, () -> StateFuzz.fields().load(StateFuzz.processor(), state));
      assertTrue(e.getMessage().contains("are damaged"), e.getMessage());
    }
  }

  private static byte[] array(String type, int length) {
    return ByteBuffer.allocate(7 + type.length())
        .put(FieldCodes.ARRAY)
        .putChar((char) type.length())
        .put(type.getBytes(StandardCharsets.US_ASCII))
        .putInt(length)
        .array();
  }
}
