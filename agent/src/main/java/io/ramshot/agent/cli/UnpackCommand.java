package io.ramshot.agent.cli;

import io.ramshot.agent.options.Quantity;
import io.ramshot.image.Image;
import io.ramshot.image.ImageException;
import io.ramshot.image.ImageUnpacker;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Makes a plain image of a packed one. */
@Command(
    name = "unpack",
    description = "Decompress an image, checking every page; holes become holes again.",
    mixinStandardHelpOptions = true)
final class UnpackCommand implements Callable<Integer> {

  @Parameters(index = "0", paramLabel = "<image>", description = "packed image to read")
  private Path file;

  @Parameters(
      index = "1",
      paramLabel = "<file>",
      description = "file to write; must not exist. Best named *.ramshot")
  private Output target;

  @Mixin private ThreadsOption threads;

  @Override
  public Integer call() throws ImageException, CommandException {
    int count = threads.count();
    long start = System.nanoTime();
    try (Image image = Image.openAlone(file);
        ProgressLine line = new ProgressLine()) {
      ImageUnpacker.unpack(
          image,
          target.path(),
          count,
          (done, total) ->
              line.show(() -> "unpacked " + Quantity.text(done) + " of " + Quantity.text(total)));
      line.clear();
      System.out.println(
          target.text()
              + " has "
              + Quantity.text(image.header().fileLength())
              + ", unpacked in "
              + Quantity.time(System.nanoTime() - start));
      return ExitStatus.DONE;
    }
  }
}
