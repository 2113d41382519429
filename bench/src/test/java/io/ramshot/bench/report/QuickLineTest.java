package io.ramshot.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.bench.figures.Figure;
import io.ramshot.bench.figures.Results;
import io.ramshot.bench.figures.Sample;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class QuickLineTest {

  /** Whoever reads the line relies on these. */
  static final List<String> PROMISED =
      List.of(
          "pause_us",
          "fork_pause_us",
          "lost_ms_per_gib",
          "fork_lost_ms_per_gib",
          "guest_share",
          "fork_guest_share",
          "guest_share_random",
          "mb_s",
          "disk_mb_s",
          "stall_p50_us",
          "stall_p99_us",
          "stall_max_us",
          "extra_mem_mb");

  static Map<String, String> parse(String line) {
    Map<String, String> pairs = new HashMap<>();
    Arrays.stream(line.split(" "))
        .map(pair -> pair.split("=", 2))
        .forEach(pair -> pairs.put(pair[0], pair[1]));
    return pairs;
  }

  @Test
  void everyPromisedNameIsThereEvenWhenNothingWasMeasured() {
    Map<String, String> pairs = parse(QuickLine.of(new Results()));
    PROMISED.forEach(name -> assertEquals("-", pairs.get(name), name));
  }

  @Test
  void valuesAreMediansAsPlainDecimals() {
    Results results = new Results();
    for (double pause : new double[] {90, 1_234_567.8, 250}) {
      results.add("sequential", new Sample("ramshot", 1).set(Figure.PAUSE_US, pause));
    }
    results.add("random", new Sample("ramshot", 1).set(Figure.GUEST_SHARE, 0.0000123));
    results.add("sequential", new Sample("fork", 1).set(Figure.PAUSE_US, 1_234_567.8));
    Map<String, String> pairs = parse(QuickLine.of(results));
    assertEquals("250", pairs.get("pause_us"));
    assertEquals("1234568", pairs.get("fork_pause_us"));
    assertEquals("0.000012", pairs.get("guest_share_random"));
    pairs.values().forEach(value -> assertTrue(value.matches("-|-?[0-9]+(\\.[0-9]+)?"), value));
  }
}
