package io.ramshot.agent.cli;

import io.ramshot.agent.options.AgentOptions;
import io.ramshot.agent.options.OptionException;
import io.ramshot.agent.profiles.ProfileChoice;
import java.io.IOException;
import java.nio.file.Path;
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
    String checked = check(options);
    try (Target target = Target.open(process.pid(), Target.Absent.LOAD, checked)) {
      if (!target.loadedNow()
          && !checked.isEmpty()
          && !checked.equals(target.attribute("Options"))) {
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

  /**
   * Refuses bad options here rather than on the target's stderr.
   *
   * @return the options, in which a profile's file has its whole path: the target's working
   *     directory is another
   */
  static String check(String options) throws CommandException {
    try {
      AgentOptions parsed = AgentOptions.parse(options);
      if (parsed.has(AgentOptions.DISCOVER)) {
        throw new OptionException("discover only watches a host: use the command discover");
      }
      String profile = parsed.get(AgentOptions.PROFILE);
      if (profile == null) {
        return options;
      }
      // The host's classes are the target's business.
      if (!profile.equals(ProfileChoice.AUTO)) {
        ProfileChoice.of(profile, parsed.given(), ClassLoader.getPlatformClassLoader());
      }
      return ProfileChoice.isFile(profile)
          ? parsed.with(AgentOptions.PROFILE, Path.of(profile).toAbsolutePath().toString())
          : options;
    } catch (OptionException | IOException e) {
      throw new CommandException(ExitStatus.USAGE, e.getMessage());
    }
  }
}
