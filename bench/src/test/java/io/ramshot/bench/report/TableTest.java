package io.ramshot.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.bench.figures.Figure;
import io.ramshot.bench.figures.Results;
import io.ramshot.bench.figures.Sample;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TableTest {

  @Test
  void showsMedianRangeAndRatioAndWhyAFigureIsMissing() {
    Results results = new Results();
    results.cell("random", "a guest");
    for (double pause : new double[] {100, 200, 300}) {
      results.add(
          "random", new Sample("ramshot", 1).set(Figure.PAUSE_US, pause).set(Figure.POOL_MB, 64));
    }
    results.add(
        "random",
        new Sample("fork", 1).set(Figure.PAUSE_US, 5000).missing(Figure.POOL_MB, "has no pool"));
    assertEquals(
        List.of(
            "random: a guest",
            "                  ramshot        fork",
            "  pause_us  200 (100-300)  5000 25.0x",
            "  pool_mb            64.0           -",
            "  - fork pool_mb: has no pool"),
        new Table(results, List.of(Figure.PAUSE_US, Figure.POOL_MB, Figure.MB_S)).lines("random"));
  }

  @Test
  void aCellMayCompareWithSomebodyElse() {
    Results results = new Results();
    results.cell("restore", "a restore", "eager");
    results.add("restore", new Sample("read", 1).set(Figure.ALL_MS, 500));
    results.add("restore", new Sample("eager", 1).set(Figure.ALL_MS, 250));
    assertEquals(
        List.of("restore: a restore", "               read  eager", "  all_ms  500 2.00x    250"),
        new Table(results, List.of(Figure.ALL_MS)).lines("restore"));
    String json = new ResultFiles(results).json(Instant.EPOCH, Map.of());
    assertTrue(json.contains("\"ratio_to_eager\": 2.000000"), json);
  }
}
