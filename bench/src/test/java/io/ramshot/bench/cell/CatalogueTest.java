package io.ramshot.bench.cell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class CatalogueTest {

  private static <T> Set<T> all(Function<Cell, T> part) {
    return Catalogue.full().stream().map(part).collect(Collectors.toSet());
  }

  /** A name stands for one table: cells that share it differ in nothing but the heap. */
  @Test
  void namesAreUniqueButForWhereRamIs() {
    Set<String> keys = new HashSet<>();
    for (Cell cell : Catalogue.full()) {
      assertTrue(keys.add(cell.name() + cell.jvm().ramOnHeap()), cell.name());
    }
  }

  @Test
  void aNameOrTheirCommonBeginningFindsCells() {
    List<Cell> all = Catalogue.full();
    assertEquals(1, Catalogue.named(all, "sequential").size());
    List<Cell> heap = Catalogue.named(all, "heap");
    assertEquals(4 * Collector.values().length, heap.size());
    assertTrue(heap.stream().allMatch(cell -> cell.name().startsWith("heap-")));
    assertEquals(2, Catalogue.named(all, "heap-g1").size());
    assertEquals(List.of(), Catalogue.named(all, "hea"));
  }

  @Test
  void everyDimensionIsVaried() {
    assertEquals(Set.copyOf(Arrays.asList(Workload.values())), all(Cell::workload));
    assertEquals(Set.copyOf(Arrays.asList(Sink.values())), all(Cell::sink));
    assertEquals(Set.of(true, false), all(Cell::hugePages));
    assertEquals(
        Set.copyOf(Arrays.asList(Collector.values())), all(cell -> cell.jvm().collector()));
    assertEquals(Set.of(true, false), all(cell -> cell.jvm().ramOnHeap()));
    assertTrue(all(Cell::threads).containsAll(Set.of(1, 2, 4)));
    assertTrue(all(Cell::ramBytes).containsAll(Set.of(1L << 30, 4L << 30, 12L << 30)));
  }

  @Test
  void ramshotTakesPartInEveryCell() {
    Map<String, Set<String>> contenders = new HashMap<>();
    for (Cell cell : Catalogue.full()) {
      contenders.computeIfAbsent(cell.name(), name -> new HashSet<>()).addAll(cell.contenders());
    }
    contenders.forEach((name, who) -> assertTrue(who.contains("ramshot"), name));
    Catalogue.quick().forEach(cell -> assertTrue(cell.contenders().contains("ramshot")));
  }

  @Test
  void aCellSurvivesTheCommandLine() {
    for (Cell cell : Catalogue.full()) {
      assertEquals(cell, CellText.parse(CellText.words(cell)));
    }
  }
}
