package io.ramshot.bench.increment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.bench.driver.Folders;
import io.ramshot.bench.figures.Figure;
import io.ramshot.bench.figures.Results;
import io.ramshot.bench.figures.Sample;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("once")
class IncrementSuiteTest {

  /** Not in the temporary folder: that may be a tmpfs. */
  private static final Path FOLDER = Path.of("target", "increment-files");

  @Test
  void anIncrementOfASmallGuestTakesAFractionOfTheBytes() throws Exception {
    Results results = new Results();
    List<String> contenders = List.of("full-no-hashes", "full", "increment", "luck");
    IncrementCell cell =
        new IncrementCell("small", 32L << 20, Pattern.SCATTERED, 0.01, contenders, 1);
    try (Folders folders = new Folders(FOLDER)) {
      new IncrementSuite().run(cell, folders.disk(), results);
      try (Stream<Path> left = Files.list(folders.disk())) {
        assertEquals(List.of(), left.toList(), "images are left");
      }
    }
    for (Sample sample : results.samples("small")) {
      String failure = sample.failure().orElse("");
      assertEquals(sample.contender().equals("luck") ? "there is no contender luck" : "", failure);
    }
    for (String contender : contenders.subList(0, 3)) {
      for (Figure figure :
          new Figure[] {Figure.TOTAL_MS, Figure.PAUSE_US, Figure.FILE_ALLOCATED_MB}) {
        double value = results.summary("small", contender, figure).median();
        assertTrue(value > 0, contender + " " + figure + " is " + value);
      }
    }
    double ratio = results.summary("small", "increment", Figure.BYTES_RATIO).median();
    assertTrue(ratio > 0.01 && ratio < 0.1, "bytes ratio " + ratio);
    assertTrue(results.summary("small", "increment", Figure.TIME_RATIO).median() > 0);
  }

  @Test
  void theLineIsOfWhatAQuickRunMeasures() {
    Results results = new Results();
    for (IncrementCell cell : IncrementCatalogue.quick()) {
      for (String contender : cell.contenders()) {
        Sample sample = new Sample(contender, 1);
        Arrays.stream(Figure.values()).forEach(figure -> sample.set(figure, 0.25));
        results.add(cell.name(), sample);
      }
    }
    String line = new IncrementSuite().line(results);
    assertTrue(line.startsWith("increment_bytes_ratio=0.250 increment_time_ratio=0.250 "), line);
    for (String pair : line.split(" ")) {
      assertTrue(pair.endsWith("=0.250"), pair);
    }
    assertTrue(new IncrementSuite().line(new Results()).contains("increment_time_ratio=- "));
  }

  @Test
  void cellsHaveNamesOfTheirOwnAndAreDescribed() {
    Set<String> names = new HashSet<>();
    IncrementCatalogue.full().forEach(cell -> assertTrue(names.add(cell.name()), cell.name()));
    IncrementCatalogue.quick().forEach(cell -> assertTrue(names.contains(cell.name())));
    assertTrue(
        IncrementCatalogue.quick().get(0).description().contains("1 % of its pages, drawn"),
        IncrementCatalogue.quick().get(0).description());
  }

  @Test
  void aPatternGivesEachPageOnceAndAsManyAsWanted() {
    for (Pattern pattern : Pattern.values()) {
      long[] pages = pattern.pages(1000, 100, 5);
      assertEquals(100, Arrays.stream(pages).distinct().count(), pattern.key());
      assertTrue(Arrays.stream(pages).allMatch(page -> page >= 0 && page < 1000), pattern.key());
    }
    long[] piece = Pattern.CLUSTERED.pages(1000, 100, 5);
    assertEquals(piece[0] + 99, piece[99]);
    assertEquals(0, Pattern.SCATTERED.pages(1000, 0, 1).length);
  }
}
