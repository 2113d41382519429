package io.ramshot.bench.cell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class CatalogueTest {

  private static <T> Set<T> all(Function<Cell, T> part) {
    return Catalogue.full().stream().map(part).collect(Collectors.toSet());
  }

  @Test
  void namesAreUnique() {
    List<String> names = Catalogue.full().stream().map(Cell::name).toList();
    assertEquals(names.size(), new HashSet<>(names).size());
  }

  @Test
  void everyDimensionIsVaried() {
    assertEquals(Set.copyOf(Arrays.asList(Workload.values())), all(Cell::workload));
    assertEquals(Set.copyOf(Arrays.asList(Sink.values())), all(Cell::sink));
    assertEquals(Set.of(true, false), all(Cell::hugePages));
    assertTrue(all(Cell::threads).containsAll(Set.of(1, 2, 4)));
    assertTrue(all(Cell::ramBytes).containsAll(Set.of(1L << 30, 4L << 30, 12L << 30)));
  }

  @Test
  void ramshotTakesPartInEveryCell() {
    Catalogue.full().forEach(cell -> assertTrue(cell.contenders().contains("ramshot")));
    Catalogue.quick().forEach(cell -> assertTrue(cell.contenders().contains("ramshot")));
  }

  @Test
  void aCellSurvivesTheCommandLine() {
    for (Cell cell : Catalogue.full()) {
      assertEquals(cell, CellText.parse(CellText.words(cell)));
    }
  }
}
