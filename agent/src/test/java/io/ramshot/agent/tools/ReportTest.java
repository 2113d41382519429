package io.ramshot.agent.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.image.Image;
import io.ramshot.image.StallCount;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** The page is well-formed, needs nothing else, and shows what the image says. */
class ReportTest {
  private static final String HOSTILE = "<script src=\"http://x/\">&'\u0001";

  @TempDir Path folder;

  private static String report(Path file) throws Exception {
    try (Image image = Image.open(file)) {
      return new String(Report.of(image), StandardCharsets.UTF_8);
    }
  }

  private static Document parse(String page) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(page.getBytes(StandardCharsets.UTF_8)));
  }

  /** How many rectangles there are of each style, in the drawing of this label. */
  private static Map<String, Integer> rectangles(Document page, String label) {
    Map<String, Integer> styles = new HashMap<>();
    NodeList drawings = page.getElementsByTagName("svg");
    for (int i = 0; i < drawings.getLength(); i++) {
      Element drawing = (Element) drawings.item(i);
      if (drawing.getAttribute("aria-label").equals(label)) {
        NodeList rectangles = drawing.getElementsByTagName("rect");
        for (int k = 0; k < rectangles.getLength(); k++) {
          styles.merge(((Element) rectangles.item(k)).getAttribute("class"), 1, Integer::sum);
        }
      }
    }
    return styles;
  }

  private SampleImage sample() {
    return new SampleImage()
        .block("ram", 0, SampleImage.noise(4 << 20, 1))
        .state("cpu0", (byte) 1)
        .info("pause.ns", "1000000")
        .info("pause.arm.ns", "600000")
        .info("saving.ns", "2000000")
        .info("stalls", "4")
        .info("note", HOSTILE);
  }

  @Test
  void showsWhoSavedWhatAndWhen() throws Exception {
    Path file =
        sample()
            .history(
                new byte[] {3, 1},
                new int[] {100, 1900},
                new StallCount(1087, 3),
                new StallCount((1 << 20) - 1, 1))
            .write(folder.resolve("a.ramshot"));
    String text = report(file);
    Document page = parse(text);
    assertEquals(Map.of("s3", 1, "s1", 1), rectangles(page, "who saved the chunks of ram"));
    assertEquals(Map.of("t0", 1, "t7", 1), rectangles(page, "when the chunks of ram were saved"));
    assertEquals(Map.of("s3", 1, "s1", 1), rectangles(page, "guest RAM saved over time"));
    assertEquals(Map.of("s3", 2), rectangles(page, "how long guest threads waited"));
    assertEquals(7, rectangles(page, "parts of the pause").size());
    assertEquals(3, rectangles(page, "phases").size());
    assertTrue(text.contains("pages 0 to 511: for a waiting guest, after 100 us"), text);
    assertTrue(text.contains("<td>60.0 %") || text.contains("60.0 %</td>"), text);
  }

  @Test
  void needsNothingElse() throws Exception {
    String text = report(sample().write(folder.resolve("x'<&.ramshot")));
    Document page = parse(text);
    assertEquals(0, page.getElementsByTagName("script").getLength());
    assertEquals(0, page.getElementsByTagName("link").getLength());
    assertEquals(0, page.getElementsByTagName("img").getLength());
    assertFalse(text.contains("url("), text);
    assertFalse(text.contains("src=\""), text);
    assertTrue(text.contains("&lt;script src=&quot;http://x/&quot;&gt;&amp;&#39;\ufffd"), text);
    assertTrue(text.contains("holds no history"), text);
  }

  @Test
  void showsTheChain() throws Exception {
    Path full = sample().write(folder.resolve("full.ramshot"));
    String text = report(sample().upon(full).write(folder.resolve("child.ramshot")));
    parse(text);
    assertTrue(text.contains("<td>full.ramshot</td>"), text);
  }
}
