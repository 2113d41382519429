package io.ramshot.agent.cli;

import io.ramshot.agent.options.AgentOptions;
import io.ramshot.agent.options.OptionException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Loads the agent into a running JVM. */
@Command(
    name = "attach",
    description = {
      "Load the agent into a running JVM. Of RAM that the host has allocated before, only direct"
          + " buffers are found."
    },
    mixinStandardHelpOptions = true)
final class AttachCommand implements Callable<Integer> {

  @Mixin private PidParameter process;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "<options>",
      defaultValue = "",
      description = "as they would follow -javaagent:ramshot.jar=")
  private String options;

  @Override
  public Integer call() throws CommandException {
    check(options);
    try (Target target = Target.open(process.pid(), Target.Absent.LOAD, options)) {
      if (!target.loadedNow()
          && !options.isEmpty()
          && !options.equals(target.attribute("Options"))) {
        throw new CommandException(
            "ramshot is loaded in process "
                + process.pid()
                + " already, with other options ("
                + target.attribute("Options")
                + "): restart that JVM to change them");
      }
      if (!target.loadedNow()) {
        System.out.println("ramshot is loaded already; nothing changes");
      }
      HostLines.of(target).forEach(System.out::println);
      return ExitStatus.DONE;
    }
  }

  /** Better here than on the target's stderr. */
  static void check(String options) throws CommandException {
    try {
      AgentOptions.parse(options);
    } catch (OptionException e) {
      throw new CommandException(ExitStatus.USAGE, e.getMessage());
    }
  }
}
