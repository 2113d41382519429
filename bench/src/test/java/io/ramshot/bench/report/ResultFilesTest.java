package io.ramshot.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.bench.figures.Figure;
import io.ramshot.bench.figures.Results;
import io.ramshot.bench.figures.Sample;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ResultFilesTest {

  private static Results results() {
    Results results = new Results();
    results.cell("random", "a \"guest\"");
    results.add("random", new Sample("ramshot", 1).set(Figure.PAUSE_US, 100));
    results.add(
        "random",
        new Sample("fork", 1).set(Figure.PAUSE_US, 250).missing(Figure.POOL_MB, "has no \"pool\""));
    results.add("random", new Sample("fork", 2).failed("no memory"));
    results.note("a note");
    return results;
  }

  @Test
  void csvHasALineForEachFigureOfEachRound() {
    assertEquals(
        """
        cell,contender,round,figure,unit,value,missing
        random,ramshot,1,pause_us,us,100.000000,
        random,fork,1,pause_us,us,250.000000,
        random,fork,1,pool_mb,MB,,"has no ""pool\"""
        random,fork,2,,,,"no memory"
        """,
        new ResultFiles(results()).csv());
  }

  @Test
  void jsonHasMediansAndRatios() {
    String json = new ResultFiles(results()).json(Instant.EPOCH, Map.of("cpu", "slow"));
    assertTrue(json.contains("\"description\": \"a \\\"guest\\\"\""), json);
    assertTrue(json.contains("\"median\": 250.000000"), json);
    assertTrue(json.contains("\"ratio_to_ramshot\": 2.500000"), json);
    assertTrue(json.contains("\"failed\": \"no memory\""), json);
    assertTrue(json.contains("\"a note\""), json);
    assertEquals(
        json.chars().filter(c -> c == '{').count(), json.chars().filter(c -> c == '}').count());
  }
}
