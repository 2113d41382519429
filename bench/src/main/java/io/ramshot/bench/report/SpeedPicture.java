package io.ramshot.bench.report;

import io.ramshot.bench.figures.Results;
import io.ramshot.bench.figures.Sample;
import io.ramshot.bench.figures.SpeedTrace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Guest speed over time around a snapshot, as an SVG: one panel a contender, one above the other,
 * all on the same time axis, so that no line hides another.
 *
 * <p>Colours follow the reader's light or dark scheme.
 */
public final class SpeedPicture {

  /** In this order, as far as they took part. */
  private static final List<String> CONTENDERS =
      List.of("ramshot", "fork", "stop-and-copy", "qemu");

  private static final int WIDTH = 860;
  private static final int LEFT = 64;
  private static final int RIGHT = 176;
  private static final int TOP = 46;
  private static final int PANEL = 84;
  private static final int SPACE = 22;
  private static final int BOTTOM = 46;

  /** Top of a panel's axis: the guest may be a little faster than before, as a share. */
  private static final double MOST = 1.15;

  /** What is shown is not longer than this, in s: a slow contender's end is out of the picture. */
  private static final double LONGEST_SECONDS = 6;

  private static final double NANOS_PER_SECOND = 1e9;
  private static final double[] STEPS = {0.1, 0.2, 0.5, 1, 2};
  private static final int MOST_STEPS = 12;

  private static final String STYLE =
      """
      <style>
        text { font: 12px system-ui, sans-serif; fill: #1f2328; }
        .title { font-size: 15px; font-weight: 600; }
        .small { font-size: 11px; fill: #59636e; }
        .name { font-weight: 600; }
        .axis { stroke: #59636e; stroke-width: 1; }
        .grid { stroke: #59636e; stroke-width: 1; opacity: 0.2; }
        .span { fill: #59636e; opacity: 0.10; }
        .line { fill: none; stroke-width: 1.5; stroke-linejoin: round; }
        .c0 { stroke: #0969da; } .c1 { stroke: #bc4c00; } .c2 { stroke: #8250df; } .c3 { stroke: #1a7f37; }
        @media (prefers-color-scheme: dark) {
          text { fill: #e6edf3; }
          .small { fill: #9198a1; }
          .axis, .grid { stroke: #9198a1; }
          .span { fill: #9198a1; opacity: 0.16; }
          .c0 { stroke: #58a6ff; } .c1 { stroke: #f0883e; } .c2 { stroke: #bc8cff; } .c3 { stroke: #3fb950; }
        }
      </style>
      """;

  private final String title;
  private final Map<String, SpeedTrace> traces;
  private final StringBuilder svg = new StringBuilder();
  private double from;
  private double to;

  private SpeedPicture(String title, Map<String, SpeedTrace> traces) {
    this.title = title;
    this.traces = traces;
  }

  /**
   * The picture of a cell, or null when nobody took part whose speed was noted down.
   *
   * @param cell whose typical rounds are shown: those with the median duration
   */
  public static String of(Results results, String cell) {
    Map<String, SpeedTrace> traces = new LinkedHashMap<>();
    for (String contender : CONTENDERS) {
      SpeedTrace trace = typical(results, cell, contender);
      if (trace != null) {
        traces.put(contender, trace);
      }
    }
    return traces.isEmpty()
        ? null
        : new SpeedPicture("Guest speed around a snapshot: " + results.description(cell), traces)
            .draw();
  }

  public static void write(String svg, Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    Files.createDirectories(folder);
    Files.writeString(file, svg);
  }

  private static SpeedTrace typical(Results results, String cell, String contender) {
    List<SpeedTrace> all = new ArrayList<>();
    for (Sample sample : results.samples(cell)) {
      if (sample.contender().equals(contender)) {
        sample.trace().ifPresent(all::add);
      }
    }
    all.sort(Comparator.comparingLong(trace -> trace.endNanos() - trace.freezeNanos()));
    return all.isEmpty() ? null : all.get((all.size() - 1) / 2);
  }

  private String draw() {
    from = -traces.values().stream().mapToLong(SpeedTrace::freezeNanos).max().getAsLong();
    from /= NANOS_PER_SECOND;
    to = 0;
    for (SpeedTrace trace : traces.values()) {
      double length = trace.shares().length * (double) trace.bucketNanos() - trace.freezeNanos();
      to = Math.max(to, length / NANOS_PER_SECOND);
    }
    to = Math.min(to, LONGEST_SECONDS);
    int height = TOP + traces.size() * (PANEL + SPACE) + BOTTOM;
    add(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\""
            + " aria-label=\"%s\">%n",
        WIDTH, height, escape(title));
    svg.append(STYLE);
    text(LEFT, 20, "title", "start", title);
    text(
        LEFT,
        37,
        "small",
        "start",
        "share of the speed before; grey: from the freeze to the durable file");
    int number = 0;
    for (Map.Entry<String, SpeedTrace> entry : traces.entrySet()) {
      panel(entry.getKey(), entry.getValue(), number++);
    }
    timeAxis(TOP + traces.size() * (PANEL + SPACE) - SPACE);
    svg.append("</svg>\n");
    return svg.toString();
  }

  private void panel(String name, SpeedTrace trace, int number) {
    int top = TOP + number * (PANEL + SPACE);
    double end = (trace.endNanos() - trace.freezeNanos()) / NANOS_PER_SECOND;
    add(
        "<rect class=\"span\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\"/>%n",
        x(0), top, x(Math.min(end, to)) - x(0), PANEL);
    for (double share : new double[] {0, 0.5, 1}) {
      double y = y(share, top);
      add(
          "<line class=\"%s\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>%n",
          share == 0 ? "axis" : "grid", LEFT, WIDTH - RIGHT, y, y);
      text(LEFT - 8, y + 4, "small", "end", Math.round(share * 100) + " %");
    }
    StringBuilder points = new StringBuilder();
    double sum = 0;
    int count = 0;
    for (int i = 0; i < trace.shares().length; i++) {
      double middle = ((i + 0.5) * trace.bucketNanos() - trace.freezeNanos()) / NANOS_PER_SECOND;
      if (middle >= from && middle <= to) {
        points.append(
            String.format(Locale.ROOT, "%.1f,%.1f ", x(middle), y(trace.shares()[i], top)));
      }
      if (middle >= 0 && middle <= end) {
        sum += trace.shares()[i];
        count++;
      }
    }
    add("<polyline class=\"line c%d\" points=\"%s\"/>%n", number, points.toString().strip());
    text(WIDTH - RIGHT + 12, top + 24, "name", "start", name);
    if (count > 0) {
      text(
          WIDTH - RIGHT + 12,
          top + 42,
          "small",
          "start",
          String.format(Locale.ROOT, "%.0f %% of its speed", 100 * sum / count));
    }
    text(
        WIDTH - RIGHT + 12,
        top + 57,
        "small",
        "start",
        String.format(Locale.ROOT, "for %.2f s", end) + (end > to ? ", beyond the picture" : ""));
  }

  private void timeAxis(int bottom) {
    double step = STEPS[STEPS.length - 1];
    for (double candidate : STEPS) {
      if ((to - from) / candidate <= MOST_STEPS) {
        step = candidate;
        break;
      }
    }
    for (int i = (int) Math.ceil(from / step); i * step <= to; i++) {
      double x = x(i * step);
      add(
          "<line class=\"axis\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>%n",
          x, x, bottom, bottom + 5);
      text(x, bottom + 18, "small", "middle", String.format(Locale.ROOT, "%.1f", i * step));
    }
    text((LEFT + WIDTH - RIGHT) / 2.0, bottom + 36, "small", "middle", "seconds after the freeze");
  }

  private double x(double seconds) {
    return LEFT + (seconds - from) / (to - from) * (WIDTH - LEFT - RIGHT);
  }

  private static double y(double share, int top) {
    return top + PANEL * (1 - Math.min(share, MOST) / MOST);
  }

  private void text(double x, double y, String style, String anchor, String content) {
    add(
        "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n",
        style, x, y, anchor, escape(content));
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
  }

  private void add(String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values));
  }
}
