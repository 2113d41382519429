package io.ramshot.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.bench.figures.Results;
import io.ramshot.bench.figures.Sample;
import io.ramshot.bench.figures.SpeedTrace;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;

class SpeedPictureTest {

  private static Sample sample(String contender, long endNanos) {
    double[] shares = new double[150];
    Arrays.fill(shares, 0.7);
    return new Sample(contender, 1)
        .trace(new SpeedTrace(10_000_000, 500_000_000, endNanos, shares));
  }

  @Test
  void isWellFormedAndHasALineForEachContender() throws Exception {
    Results results = new Results();
    results.cell("sequential", "1 GiB & more, <all> of it");
    results.add("sequential", sample("ramshot", 1_000_000_000));
    results.add("sequential", sample("fork", 1_200_000_000));
    results.add("sequential", sample("somebody", 1_200_000_000));
    String svg = SpeedPicture.of(results, "sequential");
    Document document =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
    assertEquals("svg", document.getDocumentElement().getTagName());
    assertEquals(2, document.getElementsByTagName("polyline").getLength());
    assertTrue(svg.contains("seconds after the freeze"));
    assertTrue(svg.contains("prefers-color-scheme: dark"));
    assertTrue(svg.contains("70 % of its speed"));
  }

  @Test
  void thereIsNoneWhenNobodysSpeedWasNotedDown() {
    assertNull(SpeedPicture.of(new Results(), "sequential"));
  }
}
