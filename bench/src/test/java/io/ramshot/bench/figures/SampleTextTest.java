package io.ramshot.bench.figures;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class SampleTextTest {

  private static Sample copy(Sample sample) {
    Sample copy = new Sample(sample.contender(), sample.round());
    SampleText.lines(sample).forEach(line -> SampleText.take(copy, line));
    return copy;
  }

  @Test
  void everythingArrives() {
    double[] shares = {1, 0.25, 0};
    Sample sample =
        new Sample("fork", 2)
            .set(Figure.PAUSE_US, 1234.5)
            .missing(Figure.POOL_MB, "has no pool")
            .trace(new SpeedTrace(10, 20, 30, shares));
    Sample copy = copy(sample);
    assertEquals(sample.values(), copy.values());
    assertEquals(sample.reasons(), copy.reasons());
    assertEquals(30, copy.trace().orElseThrow().endNanos());
    assertArrayEquals(shares, copy.trace().orElseThrow().shares());
  }

  @Test
  void aReasonOfSeveralLinesStaysOneLine() {
    Sample sample = new Sample("fork", 1).failed("no memory:\n  give it more");
    assertEquals(Optional.of("no memory: give it more"), copy(sample).failure());
  }

  @Test
  void aTraceWithoutBucketsArrives() {
    Sample sample = new Sample("fork", 1).trace(new SpeedTrace(10, 20, 30, new double[0]));
    assertEquals(0, copy(sample).trace().orElseThrow().shares().length);
  }

  @Test
  void whatCannotBeDividedIsMissing() {
    Sample sample = new Sample("fork", 1).set(Figure.GUEST_SHARE, 0.0 / 0);
    assertEquals(Optional.of("nothing to divide by"), copy(sample).reason(Figure.GUEST_SHARE));
    assertEquals(0, copy(sample).values().size());
  }

  @Test
  void anUnknownFigureIsRefused() {
    Sample sample = new Sample("fork", 1);
    assertThrows(
        IllegalArgumentException.class, () -> SampleText.take(sample, "value luck_us 1.0"));
    assertThrows(IllegalArgumentException.class, () -> SampleText.take(sample, "hello"));
  }
}
