package io.ramshot.agent.cli;

import io.ramshot.agent.options.Quantity;
import io.ramshot.image.Flattener;
import io.ramshot.image.Image;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Makes one file of an increment and what it builds upon. */
@Command(
    name = "flatten",
    description = {
      "Make one file of an increment and the images it builds upon, and check every page.",
      "It is the same image, by its id too: increments on the one work on the other."
    },
    mixinStandardHelpOptions = true)
final class FlattenCommand implements Callable<Integer> {

  @Parameters(index = "0", paramLabel = "<increment>", description = "image to read")
  private Path from;

  @Parameters(index = "1", paramLabel = "<file>", description = "file to write; must not exist")
  private Path to;

  @Override
  public Integer call() throws IOException {
    try (Image image = Image.open(from);
        ProgressLine line = new ProgressLine()) {
      Flattener.flatten(
          image,
          to,
          (done, total) ->
              line.show(() -> "copied " + Quantity.text(done) + " of " + Quantity.text(total)));
      line.clear();
      System.out.println(to + " is image " + image.header().id() + " in one file");
      return ExitStatus.DONE;
    }
  }
}
