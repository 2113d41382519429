package io.ramshot.agent.tools;

import io.ramshot.agent.options.Quantity;
import io.ramshot.image.ChunkHistory;
import io.ramshot.image.ImageBlock;
import io.ramshot.image.Saver;
import io.ramshot.image.SavingHistory;

/** Draws a block chunk by chunk: who saved it, or when. */
final class ChunkMap {
  private static final int COLUMNS = 96;
  private static final int PITCH = 10;

  /** More are no use to anybody who looks at them. */
  private static final int MOST_CELLS = COLUMNS * 128;

  /** Colours of the map by time. */
  static final int TIMES = 8;

  private final ChunkHistory chunks;
  private final long spanMicros;
  private final int perCell;
  private final ImageBlock block;
  private final SavingHistory history;
  private final int pageSize;

  ChunkMap(SavingHistory history, ImageBlock block, int pageSize) {
    this.history = history;
    this.block = block;
    this.pageSize = pageSize;
    chunks = history.blocks().get(block.id());
    spanMicros = Math.max(1, HistorySummary.of(history).lastMicros());
    int per = 1;
    while (chunks.chunks() / per > MOST_CELLS) {
      per *= 2;
    }
    perCell = per;
  }

  /** Chunks that a cell stands for: what is shown of them is the first one that was asked for. */
  int perCell() {
    return perCell;
  }

  /** By saver, with words for whoever points at a cell. */
  void drawSavers(Html html) {
    begin(html, "who saved the chunks of " + block.name());
    for (int cell = 0; cell < cells(); cell++) {
      int chunk = representative(cell);
      long micros = chunks.microsAt(chunk);
      cell(
          html,
          cell,
          "s" + chunks.saver(chunk).code(),
          String.format(
              "pages %d to %d: %s%s",
              history.firstPage(block, cell * perCell, pageSize),
              history.firstPage(block, Math.min(chunks.chunks(), (cell + 1) * perCell), pageSize)
                  - 1,
              SaverText.of(chunks.saver(chunk)),
              micros < 0 ? "" : ", after " + Quantity.time(1000 * micros)));
    }
    html.raw("</svg>");
  }

  /** By time. */
  void drawTimes(Html html) {
    begin(html, "when the chunks of " + block.name() + " were saved");
    for (int cell = 0; cell < cells(); cell++) {
      long micros = chunks.microsAt(representative(cell));
      cell(
          html,
          cell,
          micros < 0 ? "s0" : "t" + Math.min(TIMES - 1, micros * TIMES / spanMicros),
          null);
    }
    html.raw("</svg>");
  }

  private int cells() {
    return (chunks.chunks() + perCell - 1) / perCell;
  }

  private void begin(Html html, String label) {
    int rows = (cells() + COLUMNS - 1) / COLUMNS;
    html.drawing(COLUMNS * PITCH, rows * PITCH, label);
  }

  private static void cell(Html html, int cell, String style, String title) {
    int x = cell % COLUMNS * PITCH;
    int y = cell / COLUMNS * PITCH;
    String rectangle =
        "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\""
            + (PITCH - 1)
            + "\" height=\""
            + (PITCH - 1);
    if (title == null) {
      html.format(rectangle + "\"/>", style, x, y);
    } else {
      html.format(rectangle + "\"><title>%s</title></rect>", style, x, y, title);
    }
  }

  /** Of the cell's chunks, the first that the guest waited for; else the first that has a saver. */
  private int representative(int cell) {
    int from = cell * perCell;
    int to = Math.min(chunks.chunks(), from + perCell);
    int best = from;
    for (int chunk = from; chunk < to; chunk++) {
      if (rank(chunk) < rank(best)) {
        best = chunk;
      }
    }
    return best;
  }

  private long rank(int chunk) {
    Saver saver = chunks.saver(chunk);
    long micros = chunks.microsAt(chunk);
    long late = saver == Saver.FAULT ? 0 : saver == Saver.NOBODY ? 2L << 33 : 1L << 33;
    return late + (micros < 0 ? 1L << 32 : micros);
  }
}
