package io.ramshot.agent.tools;

import io.ramshot.agent.options.Quantity;
import io.ramshot.image.ChunkHistory;
import io.ramshot.image.Image;
import io.ramshot.image.ImageBlock;
import io.ramshot.image.Saver;
import io.ramshot.image.SavingHistory;
import java.util.EnumMap;
import java.util.Map;

/** Draws how much of guest RAM was saved when, and by whom. */
final class SavingChart {
  private static final int WIDTH = 960;
  private static final int HEIGHT = 200;
  private static final int LEFT = 60;
  private static final int BOTTOM = 24;
  private static final int TOP = 16;
  private static final int BINS = 75;

  private final Image image;
  private final SavingHistory history;
  private final long spanMicros;

  /** Bytes of each saver in each bin. */
  private final Map<Saver, long[]> bytes = new EnumMap<>(Saver.class);

  /**
   * @param savingNanos how long it took; a bound for the axis
   */
  SavingChart(Image image, SavingHistory history, long savingNanos) {
    this.image = image;
    this.history = history;
    spanMicros = Math.max(1, Math.max(savingNanos / 1000, HistorySummary.of(history).lastMicros()));
    for (ImageBlock block : image.blocks()) {
      add(block, history.blocks().get(block.id()));
    }
  }

  private void add(ImageBlock block, ChunkHistory chunks) {
    int pageSize = image.header().pageSize();
    for (int chunk = 0; chunk < chunks.chunks(); chunk++) {
      long micros = chunks.microsAt(chunk);
      if (micros < 0) {
        continue;
      }
      int bin = (int) Math.min(BINS - 1, micros * BINS / spanMicros);
      long pages =
          history.firstPage(block, chunk + 1, pageSize) - history.firstPage(block, chunk, pageSize);
      bytes.computeIfAbsent(chunks.saver(chunk), saver -> new long[BINS])[bin] += pages * pageSize;
    }
  }

  void draw(Html html) {
    long most = 1;
    for (int bin = 0; bin < BINS; bin++) {
      long sum = 0;
      for (long[] bins : bytes.values()) {
        sum += bins[bin];
      }
      most = Math.max(most, sum);
    }
    html.drawing(WIDTH, HEIGHT, "guest RAM saved over time");
    double unit = (double) (HEIGHT - TOP - BOTTOM) / most;
    double step = (double) (WIDTH - LEFT) / BINS;
    for (int bin = 0; bin < BINS; bin++) {
      double y = HEIGHT - BOTTOM;
      for (Map.Entry<Saver, long[]> each : bytes.entrySet()) {
        double height = each.getValue()[bin] * unit;
        if (height > 0) {
          y -= height;
          html.format(
              "<rect class=\"s%d\" x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\">"
                  + "<title>%s from %s on: %s</title></rect>",
              each.getKey().code(),
              LEFT + bin * step,
              y,
              step - 1,
              height,
              SaverText.of(each.getKey()),
              Quantity.time(1000 * spanMicros * bin / BINS),
              Quantity.text(each.getValue()[bin]));
        }
      }
    }
    axis(html, most);
    html.raw("</svg>");
  }

  private void axis(Html html, long most) {
    int floor = HEIGHT - BOTTOM;
    html.format("<path class=\"axis\" d=\"M%d %d V%d H%d\"/>", LEFT, TOP, floor, WIDTH);
    html.format(
        "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>",
        LEFT - 6, TOP + 4, Quantity.text(most));
    html.format("<text x=\"%d\" y=\"%d\" text-anchor=\"end\">0</text>", LEFT - 6, floor);
    for (int quarter = 0; quarter <= 4; quarter++) {
      html.format(
          "<text x=\"%d\" y=\"%d\" text-anchor=\"%s\">%s</text>",
          LEFT + (WIDTH - LEFT) * quarter / 4,
          HEIGHT - 6,
          quarter == 0 ? "start" : quarter == 4 ? "end" : "middle",
          Quantity.time(1000 * spanMicros * quarter / 4));
    }
  }
}
