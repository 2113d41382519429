package io.ramshot.agent.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Cancels a JVM's running snapshot. */
@Command(
    name = "cancel",
    description = "Cancel the running snapshot; the guest runs on, no file remains.",
    mixinStandardHelpOptions = true)
final class CancelCommand implements Callable<Integer> {
  private static final long LIMIT_MILLIS = 10_000;

  @Mixin private PidParameter process;

  @Override
  public Integer call() throws CommandException {
    try (Target target = Target.open(process.pid(), Target.Absent.REFUSE, "")) {
      if (!target.cancel()) {
        throw new CommandException("no snapshot is running in process " + process.pid());
      }
      CompositeData result = target.waitFor(LIMIT_MILLIS);
      System.out.println("snapshot to " + result.get("target") + ": " + result.get("state"));
      return ExitStatus.DONE;
    }
  }
}
