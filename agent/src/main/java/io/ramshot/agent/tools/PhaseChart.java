package io.ramshot.agent.tools;

import io.ramshot.agent.options.Quantity;
import java.util.LinkedHashMap;
import java.util.Map;

/** Draws what a snapshot, and its pause, were made of. */
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

  /** From the order to the last page in the file. */
  static void drawSnapshot(Html html, ImageFigures figures) {
    Map<String, Long> phases = new LinkedHashMap<>();
    phases.put("preparing, while the guest ran", Math.max(0, figures.number("preparing.ns")));
    phases.put("the pause, in which it stood still", Math.max(0, figures.number("pause.ns")));
    phases.put("saving, while it ran on", Math.max(0, figures.number("saving.ns")));
    long total = phases.values().stream().mapToLong(Long::longValue).sum();
    if (total == 0) {
      html.raw("<p>This image does not say.</p>");
      return;
    }
    parts(html, "phases", "phase", phases, total);
  }

  static void drawPause(Html html, ImageFigures figures) {
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
    parts(html, "parts of the pause", "part of the pause", parts, total);
  }

  private static void parts(
      Html html, String label, String what, Map<String, Long> parts, long total) {
    bar(
        html,
        label,
        parts,
        Math.max(total, parts.values().stream().mapToLong(Long::longValue).sum()));
    html.table("", what, "time", "share");
    int index = 0;
    for (Map.Entry<String, Long> part : parts.entrySet()) {
      html.format(
          "<tr><td><i class=\"p%d\"></i></td><td>%s</td><td>%s</td><td>%.1f %%</td></tr>",
          index++, part.getKey(), Quantity.time(part.getValue()), 100.0 * part.getValue() / total);
    }
    html.raw("</table>");
  }

  private static void bar(Html html, String label, Map<String, Long> parts, long total) {
    html.drawing(WIDTH, BAR_HEIGHT, label);
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
