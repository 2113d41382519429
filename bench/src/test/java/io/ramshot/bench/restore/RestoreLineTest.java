package io.ramshot.bench.restore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.bench.figures.Figure;
import io.ramshot.bench.figures.Results;
import io.ramshot.bench.figures.Sample;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class RestoreLineTest {

  /** Whoever reads the line relies on these. */
  private static final List<String> PROMISED =
      List.of(
          "lazy_first_quantum_ms_1g",
          "lazy_first_quantum_ms_12g",
          "lazy_stall_p99_us",
          "eager_mb_s",
          "disk_read_mb_s");

  private static Map<String, String> line(Results results) {
    return Arrays.stream(RestoreLine.of(results).split(" "))
        .map(pair -> pair.split("=", 2))
        .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
  }

  @Test
  void everyPromisedNameIsThereEvenWhenNothingWasMeasured() {
    Map<String, String> pairs = line(new Results());
    PROMISED.forEach(name -> assertEquals("-", pairs.get(name), name));
  }

  /**
   * A cell or a contender that is named otherwise elsewhere would leave the line empty for ever.
   */
  @Test
  void everyNameStandsForSomethingThatAQuickRunMeasures() {
    Results results = new Results();
    for (RestoreCell cell : RestoreCatalogue.quick()) {
      for (String contender : cell.contenders()) {
        Sample sample = new Sample(contender, 1);
        Arrays.stream(Figure.values()).forEach(figure -> sample.set(figure, 12.5));
        results.add(cell.name(), sample);
      }
    }
    line(results).forEach((name, value) -> assertEquals("12.5", value, name));
  }

  @Test
  void valuesAreMedians() {
    Results results = new Results();
    for (double rate : new double[] {1500, 1700, 900}) {
      results.add("restore-1g-cold", new Sample("disk", 1).set(Figure.MB_S, rate));
    }
    assertEquals("1500", line(results).get("disk_read_mb_s"));
    assertTrue(RestoreLine.of(results).lines().count() == 1);
  }
}
