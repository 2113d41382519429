package io.ramshot.agent.cli;

import io.ramshot.agent.options.Quantity;
import io.ramshot.agent.tools.ChainFile;
import io.ramshot.agent.tools.FrozenText;
import io.ramshot.agent.tools.HistorySummary;
import io.ramshot.agent.tools.Json;
import io.ramshot.agent.tools.SaverText;
import io.ramshot.image.Frozen;
import io.ramshot.image.Image;
import io.ramshot.image.ImageBlock;
import io.ramshot.image.ImageException;
import io.ramshot.image.ImageHeader;
import io.ramshot.image.ParticipantState;
import io.ramshot.image.Saver;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Prints what an image says about itself. Needs none of the files that it builds upon. */
@Command(
    name = "info",
    description =
        "Print an image's header, blocks, participants, figures, and what it builds upon.",
    mixinStandardHelpOptions = true)
final class InfoCommand implements Callable<Integer> {

  @Parameters(paramLabel = "<file>", description = "image to read")
  private Path file;

  @Mixin private JsonOption json;

  /**
   * What an image builds upon.
   *
   * @param files empty where it cannot be told
   * @param failure why not, or null
   */
  private record Chain(List<ChainFile> files, String failure) {}

  @Override
  public Integer call() throws ImageException {
    try (Image image = Image.openAlone(file)) {
      Chain chain = chain(image);
      Optional<HistorySummary> history = image.history().map(HistorySummary::of);
      if (json.isSet()) {
        toProgram(image, chain, history);
      } else {
        toPeople(image, chain, history);
      }
      return ExitStatus.DONE;
    }
  }

  private Chain chain(Image alone) {
    if (alone.parentRef().isEmpty()) {
      return new Chain(ChainFile.of(alone), null);
    }
    try (Image image = Image.open(file)) {
      return new Chain(ChainFile.of(image), null);
    } catch (ImageException e) {
      return new Chain(List.of(), e.getMessage());
    }
  }

  private void toPeople(Image image, Chain chain, Optional<HistorySummary> history)
      throws ImageException {
    ImageHeader header = image.header();
    line("image", file);
    line("id", header.id());
    line("frozen at", header.freezeTime());
    line("frozen", FrozenText.of(image.frozen()));
    line("written by", image.product().name() + " " + image.product().version());
    line("format", "version " + ImageHeader.VERSION);
    line("machine", header.byteOrder() + ", pages of " + Quantity.text(header.pageSize()));
    line("length", Quantity.text(header.fileLength()) + " (" + header.fileLength() + " bytes)");
    line(
        "stored",
        Quantity.text(storedBytes(image)) + " of pages; the rest is holes, and the index");
    if (image.isPacked()) {
      line("packed to", Quantity.text(image.storedLength()));
    }
    image.parentRef().ifPresent(ref -> line("parent", ref.id() + ", saved as " + ref.fileName()));
    if (chain.failure() != null) {
      line("", chain.failure());
    }
    chain.files().stream().skip(1).forEach(InfoCommand::ancestor);
    System.out.println("blocks: " + image.blocks().size());
    for (ImageBlock block : image.blocks()) {
      block(image, block);
    }
    System.out.println("participants: " + image.states().size());
    for (ParticipantState state : image.states()) {
      System.out.printf("  %-24s %d bytes%n", state.name(), state.bytes().length);
    }
    System.out.println("figures: " + image.info().size());
    for (Map.Entry<String, String> figure : image.info().entrySet()) {
      System.out.printf("  %-24s %s%n", figure.getKey(), figure.getValue());
    }
    history.ifPresent(InfoCommand::history);
  }

  private static long storedBytes(Image image) {
    return ChainFile.of(image).get(0).storedBytes();
  }

  private static void line(String name, Object value) {
    System.out.printf("%-11s %s%n", name, value);
  }

  private static void ancestor(ChainFile ancestor) {
    System.out.printf(
        "  %-24s frozen at %s, %s of pages%n",
        ancestor.file().getFileName(),
        ancestor.freezeTime(),
        Quantity.text(ancestor.storedBytes()));
  }

  private static void block(Image image, ImageBlock block) {
    long inherited = image.inheritedPages(block);
    System.out.printf(
        Locale.ROOT,
        "  %-24s %-8s %s (%d bytes): %d pages stored, %d zero%s%n",
        block.name(),
        block.kind(),
        Quantity.text(block.length()),
        block.length(),
        image.storedPages(block),
        image.zeroPages(block),
        image.parentRef().isPresent() ? ", " + inherited + " inherited" : "");
  }

  private static void history(HistorySummary history) {
    long chunks = history.chunks().values().stream().mapToLong(Long::longValue).sum();
    System.out.println("chunks: " + chunks);
    for (Map.Entry<Saver, Long> each : history.chunks().entrySet()) {
      if (each.getValue() > 0) {
        System.out.printf("  %-24s %d%n", SaverText.of(each.getKey()), each.getValue());
      }
    }
    System.out.printf(
        "  %-24s %s%n", "the last one after", Quantity.time(1000 * history.lastMicros()));
  }

  private void toProgram(Image image, Chain chain, Optional<HistorySummary> history)
      throws ImageException {
    ImageHeader header = image.header();
    Json json = new Json(System.out).object();
    json.member("schema", "ramshot.info/1");
    json.member("file", file.toString());
    json.member("id", header.id().toString());
    json.member("freezeTime", header.freezeTime().toString());
    json.member("frozen", image.frozen().map(Frozen::word));
    json.object("product").member("name", image.product().name());
    json.member("version", image.product().version()).endObject();
    json.member("formatVersion", ImageHeader.VERSION);
    json.member("byteOrder", header.byteOrder().toString());
    json.member("pageSize", header.pageSize());
    json.member("length", header.fileLength());
    json.member("storedBytes", storedBytes(image));
    json.member("packed", image.isPacked());
    json.member("storedLength", image.storedLength());
    image
        .parentRef()
        .ifPresentOrElse(
            ref -> {
              json.object("parent").member("id", ref.id().toString());
              json.member("file", ref.fileName()).endObject();
            },
            () -> json.nothing("parent"));
    json.member("chainFailure", chain.failure());
    chain(json, chain.files());
    blocks(json, image);
    json.array("participants");
    for (ParticipantState state : image.states()) {
      json.object().member("name", state.name());
      json.member("bytes", state.bytes().length).endObject();
    }
    json.endArray().object("figures");
    image.info().forEach(json::member);
    json.endObject();
    history.ifPresentOrElse(summary -> history(json, summary), () -> json.nothing("history"));
    json.endObject();
  }

  private static void chain(Json json, List<ChainFile> chain) {
    json.array("chain");
    for (ChainFile each : chain) {
      json.object().member("file", each.file().toString());
      json.member("id", each.id().toString());
      json.member("freezeTime", each.freezeTime().toString());
      json.member("storedBytes", each.storedBytes()).endObject();
    }
    json.endArray();
  }

  private static void blocks(Json json, Image image) {
    json.array("blocks");
    for (ImageBlock block : image.blocks()) {
      json.object().member("name", block.name());
      json.member("kind", block.kind().name());
      json.member("length", block.length());
      json.member("lead", block.lead());
      json.member("fileOffset", block.dataOffset());
      json.member("pages", block.pageCount(image.header().pageSize()));
      json.member("stored", image.storedPages(block));
      json.member("inherited", image.inheritedPages(block));
      json.member("zero", image.zeroPages(block)).endObject();
    }
    json.endArray();
  }

  private static void history(Json json, HistorySummary summary) {
    json.object("history").object("chunks");
    summary.chunks().forEach((saver, chunks) -> json.member(saver.name(), chunks));
    json.endObject();
    json.member("lastMicros", summary.lastMicros());
    json.member("stalls", summary.stalls()).endObject();
  }
}
