package io.ramshot.agent.cli;

import io.ramshot.agent.options.FileNames;
import io.ramshot.text.Cause;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;

/** The command itself: what it says without a verb, and how failures are reported. */
@Command(
    name = "java -jar ramshot.jar",
    header = "Live, point-in-time checkpoints of guest RAM inside Java-based emulators.",
    synopsisHeading = "%nUsage: ",
    commandListHeading = "%nCommands:%n",
    footer = {
      "",
      "Exit status: 0 done, 1 failed or damaged, 2 wrong usage, 3 cancelled.",
      "Of diff: 0 the same, 1 different, 2 trouble.",
      "As an agent: java -javaagent:ramshot.jar=key=value,... (=help lists the options)."
    },
    versionProvider = CommandLineMain.Version.class,
    mixinStandardHelpOptions = true,
    subcommands = {
      SnapshotCommand.class,
      StatusCommand.class,
      CancelCommand.class,
      TimelineCommand.class,
      AttachCommand.class,
      DiscoverCommand.class,
      ProfilesCommand.class,
      InfoCommand.class,
      VerifyCommand.class,
      DiffCommand.class,
      ExtractCommand.class,
      ReportCommand.class,
      FlattenCommand.class,
      PackCommand.class,
      UnpackCommand.class
    })
public final class CommandLineMain implements Runnable {

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "no command is given");
  }

  /** Called through {@code io.ramshot.agent.Main}. */
  public static void main(String[] args) {
    System.exit(run(args));
  }

  static int run(String... args) {
    PrintStream out = System.out;
    PrintStream err = System.err;
    System.setOut(new PrintableStream(out));
    System.setErr(new PrintableStream(err));
    try (FileNames names = new FileNames()) {
      return run(names, args);
    } catch (IOException e) { // a zip is written when it is closed
      System.err.println("ramshot: " + oneLine(e));
      return ExitStatus.FAILED;
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
  }

  private static int run(FileNames names, String... args) {
    CommandLine command = new CommandLine(new CommandLineMain());
    command.registerConverter(Path.class, text -> converted(names::existing, text));
    command.registerConverter(
        Output.class, text -> new Output(converted(names::target, text), text));
    command.setParameterExceptionHandler(
        (e, given) -> {
          System.err.println("ramshot: " + oneLine(e));
          System.err.println(
              "Try: " + e.getCommandLine().getCommandSpec().qualifiedName() + " --help");
          return ExitStatus.USAGE;
        });
    command.setExecutionExceptionHandler(
        (e, line, result) -> {
          System.err.println("ramshot: " + oneLine(e));
          return e instanceof CommandException
              ? ((CommandException) e).status()
              : ExitStatus.FAILED;
        });
    return command.execute(args);
  }

  private static Path converted(Function<String, Path> names, String text) {
    try {
      return names.apply(text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }

  private static String oneLine(Throwable e) {
    return Cause.message(e);
  }

  /** The jar's version, from its manifest. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = CommandLineMain.class.getPackage().getImplementationVersion();
      return new String[] {"ramshot " + (version == null ? "unpackaged" : version)};
    }
  }
}
