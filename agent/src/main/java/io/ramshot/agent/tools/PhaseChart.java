package io.ramshot.agent.tools;

import io.ramshot.agent.options.Quantity;
import java.util.LinkedHashMap;
import java.util.Map;

/** Draws what the pause was made of. */
final class PhaseChart {
  private static final int WIDTH = 960;
  private static final int BAR_HEIGHT = 36;

  private static final Map<String, String> PARTS = new LinkedHashMap<>();

  static {
    PARTS.put("pause.gate.ns", "until the vCPUs stood still");
    PARTS.put("pause.state.ns", "participants saved their state");
    PARTS.put("pause.copy.ns", "RAM that is not protected was copied");
    PARTS.put("pause.edges.ns", "blocks' ends and small blocks were copied");
    PARTS.put("pause.scan.ns", "populated pages were found");
    PARTS.put("pause.arm.ns", "RAM was write-protected");
  }

  private PhaseChart() {}

  static void draw(Html html, Figures figures) {
    long total = figures.number("pause.ns");
    if (total <= 0) {
      html.raw("<p>This image does not say.</p>");
      return;
    }
    Map<String, Long> parts = new LinkedHashMap<>();
    long rest = total;
    for (Map.Entry<String, String> part : PARTS.entrySet()) {
      long nanos = Math.max(0, figures.number(part.getKey()));
      parts.put(part.getValue(), nanos);
      rest -= nanos;
    }
    parts.put("everything else, thawing with it", Math.max(0, rest));
    bar(html, parts, Math.max(total, parts.values().stream().mapToLong(Long::longValue).sum()));
    html.table("", "part of the pause", "time", "share");
    int index = 0;
    for (Map.Entry<String, Long> part : parts.entrySet()) {
      html.format(
          "<tr><td><i class=\"p%d\"></i></td><td>%s</td><td>%s</td><td>%.1f %%</td></tr>",
          index++, part.getKey(), Quantity.time(part.getValue()), 100.0 * part.getValue() / total);
    }
    html.raw("</table>");
  }

  private static void bar(Html html, Map<String, Long> parts, long total) {
    html.drawing(WIDTH, BAR_HEIGHT, "parts of the pause");
    double x = 0;
    int index = 0;
    for (Map.Entry<String, Long> part : parts.entrySet()) {
      double width = (double) WIDTH * part.getValue() / total;
      html.format(
          "<rect class=\"p%d\" x=\"%.2f\" y=\"0\" width=\"%.2f\" height=\"%d\">"
              + "<title>%s: %s</title></rect>",
          index++, x, width, BAR_HEIGHT, part.getKey(), Quantity.time(part.getValue()));
      x += width;
    }
    html.raw("</svg>");
  }
}
