package io.ramshot.bench.figures;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class SummaryTest {

  @Test
  void theMedianOfAnOddNumberOfRoundsIsTheOneInTheMiddle() {
    assertEquals(new Summary(3, 2, 1, 9), Summary.of(List.of(9.0, 1.0, 2.0)));
  }

  @Test
  void theMedianOfAnEvenNumberOfRoundsIsBetweenTheTwoInTheMiddle() {
    assertEquals(new Summary(4, 2.5, 1, 9), Summary.of(List.of(9.0, 1.0, 2.0, 3.0)));
  }

  @Test
  void oneRoundIsItsOwnMedian() {
    assertEquals(new Summary(1, 7, 7, 7), Summary.of(List.of(7.0)));
  }

  @Test
  void nothingMeasuredIsMissingAndNotZero() {
    Summary none = Summary.of(List.of());
    assertFalse(none.present());
    assertTrue(Double.isNaN(none.median()));
  }
}
