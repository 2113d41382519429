package io.ramshot.agent.tools;

import java.util.ArrayList;
import java.util.List;

/**
 * Draws where two images differ: a cell for so many pages, block after block, darker the more of
 * them changed.
 */
public final class DiffMap {
  /** Cells in a row. */
  private static final int COLUMNS = 128;

  /** More than this is too much to look at. */
  private static final int MOST_CELLS = COLUMNS * 256;

  /** Of a cell, with the gap to the next. */
  private static final int PITCH = 6;

  private static final int MARGIN = 12;
  private static final int SWATCH = 10;

  private static final int INK = 0x202428;
  private static final int ZERO = 0xeef1f4;
  private static final int SAME = 0xb9c4cf;
  private static final int ONE_SIDED = 0x7e57a8;

  /** By the share of pages that changed: some, an eighth, a quarter, a half, nearly all. */
  private static final int[] CHANGED = {0xfdd49e, 0xfdae61, 0xf46d43, 0xd73027, 0x8b0a1a};

  private static final String[] CHANGED_TEXT = {"under 1/8", "1/8", "1/4", "1/2", "7/8 and more"};

  private final ImageDiff diff;
  private final String title;
  private final List<BlockDiff> blocks = new ArrayList<>();
  private final int pagesPerCell;

  /**
   * @param title one line
   */
  public DiffMap(ImageDiff diff, String title) {
    this.diff = diff;
    this.title = title;
    diff.blocks().stream().filter(BlockDiff::inBoth).forEach(blocks::add);
    int pages = 1;
    while (cells(pages) > MOST_CELLS) {
      pages *= 2;
    }
    pagesPerCell = pages;
  }

  private long cells(long perCell) {
    return blocks.stream()
        .mapToLong(block -> (block.states().length + perCell - 1) / perCell)
        .sum();
  }

  /** Pages that a cell stands for. */
  public int pagesPerCell() {
    return pagesPerCell;
  }

  public byte[] png() {
    Picture picture = new PngPicture(width(), height());
    draw(picture);
    return picture.encode();
  }

  public byte[] svg() {
    Picture picture = new SvgPicture(width(), height());
    draw(picture);
    return picture.encode();
  }

  private static int width() {
    return 2 * MARGIN + COLUMNS * PITCH;
  }

  private int cells(BlockDiff block) {
    return (block.states().length + pagesPerCell - 1) / pagesPerCell;
  }

  private int rows(BlockDiff block) {
    return (cells(block) + COLUMNS - 1) / COLUMNS;
  }

  private List<String> notes() {
    List<String> notes = new ArrayList<>();
    for (BlockDiff block : diff.blocks()) {
      if (!block.inBoth()) {
        notes.add(
            String.format(
                "%s: only in %s, %d bytes",
                block.name(),
                block.lengthA() >= 0 ? "A" : "B",
                Math.max(block.lengthA(), block.lengthB())));
      }
    }
    return notes;
  }

  private int height() {
    int height = 2 * MARGIN + 2 * Picture.LINE_HEIGHT;
    for (BlockDiff block : blocks) {
      height += MARGIN + Picture.LINE_HEIGHT + rows(block) * PITCH;
    }
    return height + MARGIN + (notes().size() + 2) * Picture.LINE_HEIGHT;
  }

  private void draw(Picture picture) {
    int y = MARGIN;
    text(picture, y, title);
    y += Picture.LINE_HEIGHT;
    text(
        picture,
        y,
        "a cell: "
            + pagesPerCell
            + (pagesPerCell == 1 ? " page" : " pages")
            + ", from left to right");
    y += Picture.LINE_HEIGHT;
    for (BlockDiff block : blocks) {
      y += MARGIN;
      text(
          picture,
          y,
          String.format(
              "%s: %d of %d pages changed", block.name(), block.changed(), block.states().length));
      y += Picture.LINE_HEIGHT;
      cells(picture, block, y);
      y += rows(block) * PITCH;
    }
    y += MARGIN;
    for (String note : notes()) {
      text(picture, y, note);
      y += Picture.LINE_HEIGHT;
    }
    legend(picture, y);
  }

  private static void text(Picture picture, int y, String text) {
    int most = COLUMNS * PITCH / Picture.CHARACTER_WIDTH;
    picture.text(
        MARGIN, y, text.length() <= most ? text : text.substring(0, most - 3) + "...", INK);
  }

  private void cells(Picture picture, BlockDiff block, int top) {
    for (int cell = 0; cell < cells(block); cell++) {
      picture.rectangle(
          MARGIN + cell % COLUMNS * PITCH,
          top + cell / COLUMNS * PITCH,
          PITCH - 1,
          PITCH - 1,
          colour(block, cell));
    }
  }

  private int colour(BlockDiff block, int cell) {
    int from = cell * pagesPerCell;
    int to = Math.min(block.states().length, from + pagesPerCell);
    int changed = 0;
    int oneSided = 0;
    int same = 0;
    for (int page = from; page < to; page++) {
      PageState state = block.state(page);
      changed += state.isChange() ? 1 : 0;
      oneSided += state == PageState.ONLY_A || state == PageState.ONLY_B ? 1 : 0;
      same += state == PageState.SAME ? 1 : 0;
    }
    if (changed > 0) {
      int eighths = changed * 8 / (to - from);
      return CHANGED[eighths == 0 ? 0 : eighths == 1 ? 1 : eighths < 4 ? 2 : eighths < 7 ? 3 : 4];
    }
    if (oneSided > 0) {
      return ONE_SIDED;
    }
    return same > 0 ? SAME : ZERO;
  }

  private static void legend(Picture picture, int top) {
    int x = swatch(picture, MARGIN, top, ZERO, "zero in both");
    x = swatch(picture, x, top, SAME, "same");
    swatch(picture, x, top, ONE_SIDED, "beyond the end of one");
    int y = top + Picture.LINE_HEIGHT;
    picture.text(MARGIN, y, "changed:", INK);
    x = MARGIN + 9 * Picture.CHARACTER_WIDTH;
    for (int i = 0; i < CHANGED.length; i++) {
      x = swatch(picture, x, y, CHANGED[i], CHANGED_TEXT[i]);
    }
  }

  private static int swatch(Picture picture, int x, int y, int colour, String text) {
    picture.rectangle(x, y + 1, SWATCH, SWATCH, colour);
    picture.text(x + SWATCH + 4, y, text, INK);
    return x + SWATCH + 4 + (text.length() + 2) * Picture.CHARACTER_WIDTH;
  }
}
