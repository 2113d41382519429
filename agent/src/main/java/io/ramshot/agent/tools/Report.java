package io.ramshot.agent.tools;

import io.ramshot.agent.options.Quantity;
import io.ramshot.image.Image;
import io.ramshot.image.ImageBlock;
import io.ramshot.image.ImageException;
import io.ramshot.image.ParticipantState;
import io.ramshot.image.Saver;
import io.ramshot.image.SavingHistory;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** One page of HTML about an image, with all that it needs, and without scripts. */
public final class Report {
  private static final String STYLE = "report.css";

  private final Image image;
  private final ImageFigures figures;
  private final Optional<SavingHistory> history;
  private final Html html = new Html();

  private Report(Image image) throws ImageException {
    this.image = image;
    figures = new ImageFigures(image.info());
    history = image.history();
  }

  /** The page, in UTF-8. */
  public static byte[] of(Image image) throws ImageException {
    Report report = new Report(image);
    report.write();
    return report.html.toString().getBytes(StandardCharsets.UTF_8);
  }

  private void write() {
    String name = image.path().getFileName().toString();
    html.raw("<!DOCTYPE html>").raw("<html lang=\"en\"><head><meta charset=\"utf-8\"/>");
    html.raw(
        "<meta http-equiv=\"Content-Security-Policy\""
            + " content=\"default-src 'none'; style-src 'unsafe-inline'\"/>");
    html.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>");
    html.format("<title>%s - ramshot</title>", name);
    html.raw("<style>").raw(style()).raw("</style></head><body><main>");
    html.format("<h1>%s</h1>", name);
    html.format(
        "<p class=\"sub\">frozen at %s, image %s, by %s %s</p>",
        image.header().freezeTime().toString(),
        image.header().id().toString(),
        image.product().name(),
        image.product().version());
    html.format("<p>Frozen: %s.</p>", FrozenText.of(image.frozen()));
    tiles();
    html.raw("<h2>The snapshot</h2>");
    PhaseChart.drawSnapshot(html, figures);
    html.raw("<h2>The pause</h2>");
    PhaseChart.drawPause(html, figures);
    history.ifPresentOrElse(
        this::history,
        () -> html.raw("<h2>Saving</h2><p>This image holds no history of how it was saved.</p>"));
    blocks();
    participants();
    chain();
    html.raw("<h2>Figures</h2>").table("figure", "value");
    image.info().forEach((key, value) -> html.row(key, value));
    html.raw("</table></main></body></html>");
  }

  private static String style() {
    try (InputStream in = Report.class.getResourceAsStream(STYLE)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void tiles() {
    long ram = image.blocks().stream().mapToLong(ImageBlock::length).sum();
    long stored = image.blocks().stream().mapToLong(image::storedPages).sum();
    long saving = figures.number("saving.ns");
    html.raw("<div class=\"tiles\">");
    tile("guest RAM", Quantity.text(ram));
    tile("pages in this file", Quantity.text(stored * image.header().pageSize()));
    if (figures.has("pause.ns")) {
      tile("pause", Quantity.time(figures.number("pause.ns")));
    }
    if (saving > 0) {
      tile("saved in", Quantity.time(saving));
      tile(
          "written at",
          String.format(Locale.ROOT, "%.0f MB/s", figures.number("written.bytes") * 1e3 / saving));
    }
    if (figures.has("stalls")) {
      tile("stalls", Long.toString(figures.number("stalls")));
      tile("longest stall", Quantity.time(figures.number("stall.max.ns")));
    }
    html.raw("</div>");
  }

  private void tile(String name, String value) {
    html.format("<div><b>%s</b><span>%s</span></div>", value, name);
  }

  private void history(SavingHistory saved) {
    HistorySummary summary = HistorySummary.of(saved);
    html.raw("<h2>Saving</h2>");
    html.raw("<p>What was saved when, from the moment RAM was protected. Chunks were saved:</p>");
    savers(summary);
    new SavingChart(image, saved, figures.number("saving.ns")).draw(html);
    html.raw("<h2>Stalls</h2>");
    html.raw("<p>How long guest threads waited for a page that they wanted to write to.</p>");
    new StallChart(saved.stalls()).draw(html);
    html.raw("<h2>Who saved what</h2>");
    savers(summary);
    for (ImageBlock block : image.blocks()) {
      maps(saved, block, false);
    }
    html.raw("<h2>And when</h2><p>");
    html.key("s0", "not known");
    for (int i = 0; i < ChunkMap.TIMES; i++) {
      html.key("t" + i, "from " + Quantity.time(1000 * summary.lastMicros() * i / ChunkMap.TIMES));
    }
    html.raw("</p>");
    for (ImageBlock block : image.blocks()) {
      maps(saved, block, true);
    }
  }

  private void savers(HistorySummary summary) {
    html.raw("<p>");
    for (Map.Entry<Saver, Long> each : summary.chunks().entrySet()) {
      if (each.getValue() > 0) {
        html.key("s" + each.getKey().code(), SaverText.of(each.getKey()) + " " + each.getValue());
      }
    }
    html.raw("</p>");
  }

  private void maps(SavingHistory saved, ImageBlock block, boolean times) {
    ChunkMap map = new ChunkMap(saved, block, image.header().pageSize());
    html.format(
        "<h3>%s</h3><p class=\"sub\">%s; a cell is %s</p>",
        block.name(),
        Quantity.text(block.length()),
        Quantity.text((long) map.perCell() * saved.chunkBytes()));
    if (times) {
      map.drawTimes(html);
    } else {
      map.drawSavers(html);
    }
  }

  private void blocks() {
    html.raw("<h2>Blocks</h2>");
    html.table("block", "kind", "length", "pages stored", "inherited", "zero");
    for (ImageBlock block : image.blocks()) {
      html.row(
          block.name(),
          block.kind().name(),
          Quantity.text(block.length()),
          Long.toString(image.storedPages(block)),
          Long.toString(image.inheritedPages(block)),
          Long.toString(image.zeroPages(block)));
    }
    html.raw("</table>");
  }

  private void participants() {
    html.raw("<h2>Participants</h2>");
    if (image.states().isEmpty()) {
      html.raw("<p>None.</p>");
      return;
    }
    html.table("participant", "state");
    for (ParticipantState state : image.states()) {
      html.row(state.name(), Quantity.text(state.bytes().length));
    }
    html.raw("</table>");
  }

  private void chain() {
    List<ChainFile> chain = ChainFile.of(image);
    html.raw("<h2>Chain</h2>");
    if (chain.size() == 1) {
      html.raw("<p>The image stands alone.</p>");
      return;
    }
    html.table("file", "image", "frozen at", "pages in it");
    for (ChainFile each : chain) {
      html.row(
          each.file().getFileName().toString(),
          each.id().toString(),
          each.freezeTime().toString(),
          Quantity.text(each.storedBytes()));
    }
    html.raw("</table>");
  }
}
