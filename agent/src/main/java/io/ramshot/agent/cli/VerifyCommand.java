package io.ramshot.agent.cli;

import io.ramshot.agent.options.Quantity;
import io.ramshot.agent.tools.FrozenText;
import io.ramshot.agent.tools.Json;
import io.ramshot.image.Damage;
import io.ramshot.image.Frozen;
import io.ramshot.image.Image;
import io.ramshot.image.ImageException;
import io.ramshot.image.ImageVerifier;
import io.ramshot.image.Verification;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Reads a whole image and names what is damaged. */
@Command(
    name = "verify",
    description = {
      "Read an image to its end, and what it builds upon, and name every damaged page.",
      "Exit status 0: intact, 1: damaged, or it cannot be read at all."
    },
    mixinStandardHelpOptions = true)
final class VerifyCommand implements Callable<Integer> {

  @Parameters(paramLabel = "<file>", description = "image to read")
  private Path file;

  @Option(
      names = "--all",
      description =
          "read holes too, which must be zeros: for images that are read by others than ramshot")
  private boolean all;

  @Mixin private ThreadsOption threads;

  @Mixin private JsonOption json;

  @Override
  public Integer call() throws ImageException, CommandException {
    int count = threads.count();
    /* An image that is damaged all over has a line a page: not one system call each. */
    PrintStream out =
        new PrintStream(new BufferedOutputStream(new FileOutputStream(FileDescriptor.out)));
    try (Image image = Image.open(file);
        ProgressLine line = new ProgressLine()) {
      return json.isSet() ? toProgram(image, line, out, count) : toPeople(image, line, out, count);
    } finally {
      out.flush();
    }
  }

  private Verification verify(Image image, ProgressLine line, int count, Consumer<Damage> sink)
      throws ImageException {
    Verification verification =
        ImageVerifier.verify(
            image,
            all ? ImageVerifier.Depth.EVERY_BYTE : ImageVerifier.Depth.STORED_PAGES,
            count,
            (done, total) ->
                line.show(() -> "verified " + Quantity.text(done) + " of " + Quantity.text(total)),
            sink);
    line.clear();
    return verification;
  }

  private int toPeople(Image image, ProgressLine line, PrintStream out, int count)
      throws ImageException {
    long start = System.nanoTime();
    Verification verification = verify(image, line, count, out::println);
    double seconds = (System.nanoTime() - start) / 1e9;
    if (!verification.isIntact()) {
      out.println(
          file
              + " is damaged in "
              + verification.damages()
              + (verification.damages() == 1 ? " place" : " places")
              + ": do not restore it");
      return ExitStatus.FAILED;
    }
    out.printf(
        Locale.ROOT,
        "%s is intact: metadata and %s read in %.2f s, %.0f MB/s%n",
        file,
        Quantity.text(verification.readBytes()),
        seconds,
        verification.readBytes() / seconds / 1e6);
    FrozenText.warning(image.frozen()).ifPresent(warning -> out.println("warning: " + warning));
    return ExitStatus.DONE;
  }

  private int toProgram(Image image, ProgressLine line, PrintStream out, int count)
      throws ImageException {
    Json json = new Json(out).object();
    json.member("schema", "ramshot.verify/1");
    json.member("file", file.toString());
    json.member("id", image.header().id().toString());
    json.member("frozen", image.frozen().map(Frozen::word));
    json.member("everyByte", all);
    json.array("damages");
    Verification verification =
        verify(
            image,
            line,
            count,
            damage -> {
              json.object();
              json.member("block", damage.page() < 0 ? null : damage.block());
              json.member("page", damage.page());
              json.member("fileOffset", damage.fileOffset());
              json.member("problem", damage.problem()).endObject();
            });
    json.endArray();
    json.member("damageCount", verification.damages());
    json.member("readBytes", verification.readBytes());
    json.member("intact", verification.isIntact()).endObject();
    return verification.isIntact() ? ExitStatus.DONE : ExitStatus.FAILED;
  }
}
