package io.ramshot.agent.cli;

import io.ramshot.agent.options.Quantity;
import io.ramshot.image.Damage;
import io.ramshot.image.Image;
import io.ramshot.image.ImageException;
import io.ramshot.image.ImageVerifier;
import io.ramshot.image.Verification;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Reads a whole image and names what is damaged. */
@Command(
    name = "verify",
    description = "Read an image to its end and name every damaged page.",
    mixinStandardHelpOptions = true)
final class VerifyCommand implements Callable<Integer> {

  @Parameters(paramLabel = "<file>", description = "image to read")
  private Path file;

  @Option(
      names = "--all",
      description =
          "read holes too, which must be zeros: for images that are read by others than ramshot")
  private boolean all;

  @Override
  public Integer call() throws ImageException {
    ImageVerifier.Depth depth =
        all ? ImageVerifier.Depth.EVERY_BYTE : ImageVerifier.Depth.STORED_PAGES;
    try (Image image = Image.open(file);
        ProgressLine line = new ProgressLine()) {
      Verification verification =
          ImageVerifier.verify(
              image,
              depth,
              (done, total) ->
                  line.show(
                      () -> "verified " + Quantity.text(done) + " of " + Quantity.text(total)));
      line.clear();
      for (Damage damage : verification.first()) {
        System.out.println(damage);
      }
      long unlisted = verification.damages() - verification.first().size();
      if (unlisted > 0) {
        System.out.println("... and " + unlisted + " more");
      }
      if (!verification.isIntact()) {
        System.out.println(
            file + " is damaged in " + verification.damages() + " places: do not restore it");
        return ExitStatus.FAILED;
      }
      System.out.println(
          file + " is intact: metadata and " + Quantity.text(verification.readBytes()) + " read");
      return ExitStatus.DONE;
    }
  }
}
