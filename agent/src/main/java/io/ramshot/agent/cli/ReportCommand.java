package io.ramshot.agent.cli;

import io.ramshot.agent.tools.Report;
import io.ramshot.file.NewFile;
import io.ramshot.image.Image;
import io.ramshot.image.ImageException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes a page about an image, for a browser. */
@Command(
    name = "report",
    description =
        "Write a page of HTML about how a snapshot went: its pause, its stalls, its chunks.",
    mixinStandardHelpOptions = true)
final class ReportCommand implements Callable<Integer> {

  @Parameters(paramLabel = "<file>", description = "image to read")
  private Path file;

  @Option(
      names = "--html",
      required = true,
      paramLabel = "<out>",
      description = "page to write; needs no other file, and runs no script")
  private Output html;

  @Override
  public Integer call() throws ImageException, CommandException {
    try (Image image = Image.open(file)) {
      byte[] page = Report.of(image);
      try {
        NewFile.write(html.path(), page);
      } catch (IOException e) {
        throw new CommandException(e.getMessage());
      }
    }
    return ExitStatus.DONE;
  }
}
