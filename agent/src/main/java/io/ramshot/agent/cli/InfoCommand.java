package io.ramshot.agent.cli;

import io.ramshot.agent.options.Quantity;
import io.ramshot.image.Image;
import io.ramshot.image.ImageBlock;
import io.ramshot.image.ImageException;
import io.ramshot.image.ImageHeader;
import io.ramshot.image.ParentRef;
import io.ramshot.image.ParticipantState;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Prints what an image says about itself. */
@Command(
    name = "info",
    description = "Print an image's header, blocks, participants and figures.",
    mixinStandardHelpOptions = true)
final class InfoCommand implements Callable<Integer> {

  @Parameters(paramLabel = "<file>", description = "image to read")
  private Path file;

  @Override
  public Integer call() throws ImageException {
    try (Image image = Image.open(file)) {
      ImageHeader header = image.header();
      line("image", file);
      line("id", header.id());
      line("frozen at", header.freezeTime());
      line("written by", image.product().name() + " " + image.product().version());
      line("format", "version " + ImageHeader.VERSION);
      line("machine", header.byteOrder() + ", pages of " + Quantity.text(header.pageSize()));
      line("length", Quantity.text(header.fileLength()) + " (" + header.fileLength() + " bytes)");
      if (image.parentRef().isPresent()) {
        ParentRef parent = image.parentRef().get();
        line("parent", parent.id() + ", saved as " + parent.fileName());
      }
      System.out.println("blocks: " + image.blocks().size());
      for (ImageBlock block : image.blocks()) {
        System.out.printf(
            Locale.ROOT,
            "  %-24s %-8s %s (%d bytes): %d pages stored, %d zero%s%n",
            block.name(),
            block.kind(),
            Quantity.text(block.length()),
            block.length(),
            image.storedPages(block),
            image.zeroPages(block),
            image.parentRef().isPresent() ? ", " + image.inheritedPages(block) + " inherited" : "");
      }
      System.out.println("participants: " + image.states().size());
      for (ParticipantState state : image.states()) {
        System.out.printf("  %-24s %d bytes%n", state.name(), state.bytes().length);
      }
      System.out.println("figures: " + image.info().size());
      for (Map.Entry<String, String> figure : image.info().entrySet()) {
        System.out.printf("  %-24s %s%n", figure.getKey(), figure.getValue());
      }
      return ExitStatus.DONE;
    }
  }

  private static void line(String name, Object value) {
    System.out.printf("%-11s %s%n", name, value);
  }
}
