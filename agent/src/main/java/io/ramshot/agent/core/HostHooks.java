package io.ramshot.agent.core;

import io.ramshot.Guest;
import io.ramshot.agent.jmx.HostView;
import io.ramshot.agent.profiles.ProfileChoice;
import io.ramshot.hooks.GateInfo;
import io.ramshot.hooks.Hooks;
import io.ramshot.hooks.StateInfo;
import io.ramshot.text.Listing;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** What became of the options in the host: which of them matched, and what to do about the rest. */
final class HostHooks implements HostView {
  private final Hooks hooks;
  private final ProfileChoice profile;
  private final Guest guest;
  private final StateCoverage coverage;

  HostHooks(Hooks hooks, ProfileChoice profile, Guest guest, StateCoverage coverage) {
    this.hooks = hooks;
    this.profile = profile;
    this.guest = guest;
    this.coverage = coverage;
  }

  @Override
  public List<String> gates() {
    return hooks.gates().stream().map(HostHooks::text).collect(Collectors.toList());
  }

  private static String text(GateInfo gate) {
    return gate.gate() + ": " + fate(gate);
  }

  private static String fate(GateInfo gate) {
    return gate.called()
        ? "called"
        : gate.found()
            ? "found, not called yet"
            : gate.loaded() ? "no such method" : "class not loaded yet";
  }

  @Override
  public String profile() {
    if (profile.name().isEmpty()) {
      return profile.toString();
    }
    List<GateInfo> gates = hooks.gates();
    int objects = hooks.states().stream().mapToInt(StateInfo::participants).sum();
    return profile
        + "; matched: "
        + guest.blocks().size()
        + " blocks, "
        + gates.stream().filter(GateInfo::called).count()
        + " of "
        + gates.size()
        + " gates called, "
        + objects
        + " objects with state";
  }

  @Override
  public List<String> unmatched() {
    List<String> problems = new ArrayList<>();
    String whose = profile.name().isEmpty() ? "the options" : "profile " + profile.name();
    if (guest.blocks().isEmpty() && !guest.isStateOnly()) {
      problems.add(whose + " found no guest RAM in this host so far" + remedy());
    }
    List<GateInfo> gates = hooks.gates();
    if (!gates.isEmpty() && gates.stream().noneMatch(GateInfo::called)) {
      problems.add(
          "no gate of "
              + whose
              + " was ever called, so a freeze stops nobody ("
              + Listing.of(gates.stream().map(HostHooks::text).toList(), "; ")
              + ")"
              + remedy());
    }
    coverage
        .unsaved(gates.stream().filter(GateInfo::called).map(GateInfo::gate).toList())
        .ifPresent(problems::add);
    return problems;
  }

  @Override
  public List<String> unusedRam() {
    return hooks.unusedRam();
  }

  @Override
  public String tell(String message) {
    return profile.tell(message);
  }

  private static String remedy() {
    return ": java -jar ramshot.jar discover "
        + ProcessHandle.current().pid()
        + " finds what does, while the guest runs";
  }
}
