package io.ramshot.agent.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;

/** Maps are files that others read, and a cell has the colour of what became of its pages. */
class PicturesTest {
  private static final int ZERO = 0xeef1f4;
  private static final int SAME = 0xb9c4cf;
  private static final int MANY = 0x8b0a1a;
  private static final int ONE_SIDED = 0x7e57a8;

  private static ImageDiff diff() {
    byte[] states = {
      (byte) PageState.ZERO.ordinal(),
      (byte) PageState.SAME.ordinal(),
      (byte) PageState.CHANGED.ordinal(),
      (byte) PageState.WAS_ZERO.ordinal(),
      (byte) PageState.ONLY_A.ordinal()
    };
    return new ImageDiff(
        List.of(
            new BlockDiff("ram", 5 * 4096, 4 * 4096, states),
            new BlockDiff("a<b&\"c\"\u0001\ud800", -1, 7, new byte[0])),
        Map.of());
  }

  @Test
  void pngHasACellAPage() throws Exception {
    BufferedImage image =
        ImageIO.read(new ByteArrayInputStream(new DiffMap(diff(), "a - b").png()));
    int y = 12 + 2 * 14 + 12 + 14;
    int[] expected = {ZERO, SAME, MANY, MANY, ONE_SIDED, 0xffffff};
    for (int cell = 0; cell < expected.length; cell++) {
      assertEquals(expected[cell], image.getRGB(12 + 6 * cell, y) & 0xffffff, "cell " + cell);
    }
  }

  @Test
  void svgIsXmlAndHasTheSameCells() throws Exception {
    Document document =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new ByteArrayInputStream(new DiffMap(diff(), "<a> & b").svg()));
    assertEquals(1 + 5 + 8, document.getElementsByTagName("rect").getLength());
    assertTrue(document.getDocumentElement().getTextContent().contains("<a> & b"));
    assertTrue(document.getDocumentElement().getTextContent().contains("a<b&\"c\"\ufffd\ufffd"));
  }

  @Test
  void manyPagesShareACell() {
    byte[] states = new byte[1 << 20];
    ImageDiff large =
        new ImageDiff(List.of(new BlockDiff("ram", 1L << 32, 1L << 32, states)), Map.of());
    assertEquals(32, new DiffMap(large, "").pagesPerCell());
  }

  @Test
  void everyLetterHasItsOwnGlyph() {
    java.util.Set<String> seen = new java.util.HashSet<>();
    for (char c = '0'; c <= 'z'; c++) {
      if (Character.isLetterOrDigit(c)) {
        StringBuilder dots = new StringBuilder();
        Glyphs.draw(c, (column, row) -> dots.append(column).append(',').append(row).append(' '));
        assertTrue(seen.add(dots.toString()), "like another: " + c);
      }
    }
  }
}
