package io.ramshot.agent.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What the agent found in its host, in words. */
final class HostLines {

  private HostLines() {}

  static List<String> of(Target target) throws CommandException {
    List<String> lines = new ArrayList<>();
    String options = (String) target.attribute("Options");
    lines.add(
        "ramshot "
            + target.attribute("Version")
            + " in process "
            + target.pid()
            + (options.isEmpty() ? ", no options" : ", " + options));
    lines.add("profile: " + target.attribute("Profile"));
    CompositeData[] blocks = (CompositeData[]) target.attribute("Blocks");
    lines.add("blocks: " + (blocks.length == 0 ? "none" : blocks.length));
    for (CompositeData block : blocks) {
      lines.add(
          String.format(
              Locale.ROOT,
              "  %-24s %-8s %s at %s",
              block.get("name"),
              block.get("kind"),
              Figures.bytes(block, "bytes"),
              block.get("address")));
    }
    for (String unused : (String[]) target.attribute("UnusedRam")) {
      lines.add("  " + unused);
    }
    String[] gates = (String[]) target.attribute("Gates");
    boolean suspends = (',' + options + ',').contains(",freeze=threads,");
    lines.add("gates: " + (gates.length == 0 ? "none" + without(suspends) : gates.length));
    for (String gate : gates) {
      lines.add("  " + gate);
    }
    if (suspends) {
      lines.add("threads: all Java threads are suspended while RAM is armed");
    }
    return lines;
  }

  private static String without(boolean suspends) {
    return suspends
        ? ""
        : ", a snapshot stops nobody and its pages are not of one instant: give gate= or"
            + " freeze=threads";
  }

  /** What matched nothing in the host, with what to do. */
  static List<String> unmatched(Target target) throws CommandException {
    return List.of((String[]) target.attribute("Unmatched"));
  }
}
