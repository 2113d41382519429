package io.ramshot.agent.cli;

import io.ramshot.agent.options.Quantity;
import io.ramshot.image.Image;
import io.ramshot.image.ImageException;
import io.ramshot.image.ImagePacker;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Compresses an image. */
@Command(
    name = "pack",
    description = {
      "Compress an image, checking every page; it can be restored and read as it is then.",
      "zstd -d gives the image back too. Increments are packed one by one."
    },
    mixinStandardHelpOptions = true)
final class PackCommand implements Callable<Integer> {

  @Parameters(index = "0", paramLabel = "<image>", description = "image to read")
  private Path file;

  @Parameters(
      index = "1",
      paramLabel = "<file>",
      description = "file to write; must not exist. Best named *.ramshot.zst")
  private Output target;

  @Option(
      names = "--level",
      paramLabel = "<level>",
      description = "1 (fastest) to 19 (smallest). Default: ${DEFAULT-VALUE}")
  private int level = ImagePacker.DEFAULT_LEVEL;

  @Mixin private ThreadsOption threads;

  @Override
  public Integer call() throws ImageException, CommandException {
    if (level < 1 || level > ImagePacker.MAX_LEVEL) {
      throw new CommandException(
          ExitStatus.USAGE,
          "--level=" + level + " is no level: give 1 to " + ImagePacker.MAX_LEVEL);
    }
    int count = threads.count();
    long start = System.nanoTime();
    try (Image image = Image.openAlone(file);
        ProgressLine line = new ProgressLine()) {
      long length = image.header().fileLength();
      long packed =
          ImagePacker.pack(
              image,
              target.path(),
              level,
              count,
              (done, total) ->
                  line.show(() -> "packed " + Quantity.text(done) + " of " + Quantity.text(total)));
      line.clear();
      System.out.printf(
          Locale.ROOT,
          "%s has %s of %s (%.1f %%), packed in %s%n",
          target.text(),
          Quantity.text(packed),
          Quantity.text(length),
          100.0 * packed / length,
          Quantity.time(System.nanoTime() - start));
      return ExitStatus.DONE;
    }
  }
}
