package io.ramshot.agent.cli;

import io.ramshot.agent.profiles.ShippedProfiles;
import io.ramshot.hooks.HostProfile;
import io.ramshot.hooks.Nearest;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Lists the profiles that ramshot brings, or prints one. */
@Command(
    name = "profiles",
    description = {
      "List the profiles of known hosts, or print one so that it can be copied and changed."
    },
    mixinStandardHelpOptions = true)
final class ProfilesCommand implements Callable<Integer> {

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "<name>",
      description = "the profile to print")
  private String name;

  @Override
  public Integer call() throws CommandException, IOException {
    if (name == null) {
      for (HostProfile profile : ShippedProfiles.all()) {
        print(profile);
      }
      return ExitStatus.DONE;
    }
    List<String> names = ShippedProfiles.names();
    if (!names.contains(name)) {
      throw new CommandException(
          ExitStatus.USAGE,
          "there is no profile "
              + name
              + ": did you mean "
              + Nearest.to(name, names, n -> n, 1).get(0)
              + "?");
    }
    System.out.print(ShippedProfiles.source(name) + System.lineSeparator());
    return ExitStatus.DONE;
  }

  private static void print(HostProfile profile) {
    System.out.println(profile.name());
    HostProfile.ABOUT.stream()
        .filter(key -> !key.equals(HostProfile.NAME) && profile.about().containsKey(key))
        .forEach(key -> print(key, profile.about().get(key)));
    profile.values().forEach(ProfilesCommand::print);
  }

  private static void print(String key, String value) {
    System.out.printf("  %-10s %s%n", key, value);
  }
}
