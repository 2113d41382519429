package io.ramshot.bench.restore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class RestoreCatalogueTest {

  @Test
  void namesAreUnique() {
    Set<String> names = new HashSet<>();
    RestoreCatalogue.full().forEach(cell -> assertTrue(names.add(cell.name()), cell.name()));
  }

  @Test
  void aFullRunHasAllSizesAndAQuickRunTheSmallestAndTheLargest() {
    assertEquals(Set.of(1L << 30, 4L << 30, 12L << 30), sizes(RestoreCatalogue.full()));
    assertEquals(Set.of(1L << 30, 12L << 30), sizes(RestoreCatalogue.quick()));
  }

  private static Set<Long> sizes(List<RestoreCell> cells) {
    return cells.stream().map(RestoreCell::ramBytes).collect(Collectors.toSet());
  }

  @Test
  void theBaseTakesPartEverywhere() {
    for (RestoreCell cell : RestoreCatalogue.full()) {
      assertTrue(cell.contenders().contains(RestoreCatalogue.BASE), cell.name());
    }
  }

  @Test
  void whoHasATurnInEachRoundHasOneInTheFirst() {
    for (RestoreCell cell : RestoreCatalogue.quick()) {
      assertTrue(cell.contenders().containsAll(cell.inEachRound()), cell.name());
    }
  }

  @Test
  void aPlanSurvivesTheCommandLine() {
    TurnPlan plan =
        new TurnPlan("eager", Path.of("a b", "c"), Path.of("d"), 12L << 30, true, false, 3);
    assertEquals(plan, TurnPlan.parse(plan.words()));
  }
}
