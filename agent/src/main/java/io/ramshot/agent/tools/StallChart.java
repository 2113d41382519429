package io.ramshot.agent.tools;

import io.ramshot.agent.options.Quantity;
import io.ramshot.image.StallCount;
import java.util.List;
import java.util.TreeMap;

/** Draws how long guest threads waited: four bars to a power of two. */
final class StallChart {
  private static final int WIDTH = 960;
  private static final int HEIGHT = 170;
  private static final int LEFT = 60;
  private static final int BOTTOM = 24;
  private static final int TOP = 16;

  /** Bars to a power of two. */
  private static final int PARTS = 4;

  private final TreeMap<Integer, Long> bars = new TreeMap<>();

  StallChart(List<StallCount> stalls) {
    for (StallCount stall : stalls) {
      bars.merge(bar(stall.upToNanos()), stall.count(), Long::sum);
    }
  }

  /** Bars are numbered by what they hold, which ends at {@link #upTo}. */
  private static int bar(long nanos) {
    if (nanos < PARTS) {
      return (int) nanos;
    }
    int exponent = 63 - Long.numberOfLeadingZeros(nanos);
    return exponent * PARTS + (int) (nanos >> exponent - 2 & PARTS - 1);
  }

  /** Where a bar begins, in ns. */
  private static long from(int bar) {
    int exponent = bar / PARTS;
    return exponent < 2 ? bar : (long) (PARTS + bar % PARTS) << exponent - 2;
  }

  void draw(Html html) {
    if (bars.isEmpty()) {
      html.raw("<p>No guest thread waited.</p>");
      return;
    }
    int first = bars.firstKey();
    int count = bars.lastKey() - first + 1;
    long most = bars.values().stream().mapToLong(Long::longValue).max().orElse(1);
    html.drawing(WIDTH, HEIGHT, "how long guest threads waited");
    double step = Math.min(60, (double) (WIDTH - LEFT) / count);
    int floor = HEIGHT - BOTTOM;
    bars.forEach(
        (bar, stalls) -> {
          double height = Math.max(1, (double) (floor - TOP) * stalls / most);
          html.format(
              "<rect class=\"s3\" x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\">"
                  + "<title>%s to %s: %d</title></rect>",
              LEFT + (bar - first) * step,
              floor - height,
              step - 1,
              height,
              Quantity.time(from(bar)),
              Quantity.time(from(bar + 1)),
              stalls);
        });
    html.format("<path class=\"axis\" d=\"M%d %d V%d H%d\"/>", LEFT, TOP, floor, WIDTH);
    html.format("<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%d</text>", LEFT - 6, TOP + 4, most);
    html.format("<text x=\"%d\" y=\"%d\" text-anchor=\"end\">0</text>", LEFT - 6, floor);
    int every = Math.max(1, (int) Math.ceil(70 / step));
    for (int bar = 0; bar < count && bar * step < WIDTH - LEFT - 60; bar += every) {
      html.format(
          "<text x=\"%.2f\" y=\"%d\">%s</text>",
          LEFT + bar * step, HEIGHT - 6, Quantity.time(from(first + bar)));
    }
    html.raw("</svg>");
  }
}
