package io.ramshot.agent.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
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
      CompositeData result = target.waitFor(0);
      snapshot(result).forEach(System.out::println);
      Figures.nobodyFrozen((CompositeData) result.get("status"), target.pid())
          .ifPresent(warning -> System.out.println("  warning: " + warning));
      return ExitStatus.DONE;
    }
  }

  /** All of one moment. */
  static List<String> snapshot(CompositeData result) {
    List<String> lines = new ArrayList<>();
    CompositeData status = (CompositeData) result.get("status");
    String message = (String) result.get("message");
    lines.add("snapshot: " + result.get("target"));
    if (Figures.ended(result)) {
      lines.add("  " + result.get("state") + (message.isEmpty() ? "" : ": " + message));
    } else {
      lines.add("  " + Figures.progress(status));
    }
    lines.addAll(Figures.lines(status));
    if (result.get("state").equals("COMPLETED")) {
      long allocated = Figures.number(result, "allocatedBytes");
      Figures.line(
          lines, "file", "%s", Figures.file(Figures.number(result, "fileBytes"), allocated));
    }
    Figures.warnings(status).forEach(warning -> lines.add("  warning: " + warning));
    return lines;
  }
}
