package io.ramshot.agent.cli;

import java.util.concurrent.Callable;
import javax.management.openmbean.CompositeData;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Prints what a JVM's agent sees, and how far its newest snapshot is. */
@Command(
    name = "status",
    description = "Print the guest's blocks and gates, and the newest snapshot's figures.",
    mixinStandardHelpOptions = true)
final class StatusCommand implements Callable<Integer> {

  @Mixin private PidParameter process;

  @Override
  public Integer call() throws CommandException {
    try (Target target = Target.open(process.pid(), Target.Absent.REFUSE, "")) {
      HostLines.of(target).forEach(System.out::println);
      HostLines.unmatched(target).forEach(line -> System.out.println("unmatched: " + line));
      CompositeData restore = (CompositeData) target.attribute("Restore");
      if (restore != null) {
        Figures.restore(restore).forEach(System.out::println);
      }
      CompositeData status = target.status();
      if (status.get("state").equals("IDLE")) {
        System.out.println("snapshot: none yet");
        return ExitStatus.DONE;
      }
      System.out.println("snapshot: " + status.get("target"));
      System.out.println("  " + Figures.progress(status));
      Figures.lines(status).forEach(System.out::println);
      Figures.warnings(status).forEach(warning -> System.out.println("  warning: " + warning));
      CompositeData result = target.waitFor(0);
      if (Figures.ended(result) && !((String) result.get("message")).isEmpty()) {
        System.out.println("  " + result.get("message"));
      }
      return ExitStatus.DONE;
    }
  }
}
