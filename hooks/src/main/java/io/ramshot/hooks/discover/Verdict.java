package io.ramshot.hooks.discover;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Whether a profile leads to a snapshot and a restore: what its first lines say.
 *
 * @param found what it is made of
 * @param outcome of the trial; null if there was none
 * @param untried why there was none
 * @param missing classes that vCPUs run in whose state is not captured
 * @param lost numbers that were left out because a snapshot refuses them
 */
record Verdict(
    Findings found, Trial.Outcome outcome, String untried, Set<String> missing, List<String> lost) {

  /** More are counted. */
  private static final int SHOWN = 4;

  /** Why no restore of this guest goes on where it was, a reason each; empty if none is known. */
  List<String> obstacles() {
    List<String> all = new ArrayList<>();
    if (found.taken().isEmpty()) {
      all.add(
          found.engines().isEmpty()
              ? "no guest RAM was found"
              : "no guest RAM was found, native code may have it: see ram.native= below");
    }
    if (found.gates().isEmpty()) {
      all.add("no gate was found, before which a restore could take place");
    }
    if (found.states().isEmpty() && found.fields().options().isEmpty()) {
      all.add("no state of a CPU was found, so it would start anew");
    } else if (!missing.isEmpty()) {
      all.add("vCPUs run in " + list(List.copyOf(missing)) + ", whose state is not captured");
    }
    if (outcome != null && !outcome.taken()) {
      all.add("a snapshot with it was refused: " + outcome.refusals().get(0));
    }
    return all;
  }

  /** The profile's first lines. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    List<String> obstacles = obstacles();
    if (!obstacles.isEmpty()) {
      lines.add("THIS PROFILE CANNOT RESTORE THE GUEST: " + String.join("; ", obstacles) + ".");
    }
    if (outcome == null) {
      lines.add("Not tried: " + untried + ".");
    } else if (outcome.taken()) {
      lines.add("Tried: a snapshot was taken with it and verified: " + outcome.line() + ".");
    }
    if (!lost.isEmpty()) {
      lines.add(
          "LEFT OUT, although it may be a register: "
              + list(lost)
              + ". After a restore it is what the new host makes it: the guest goes wrong where it"
              + " needs it.");
    }
    if (obstacles.isEmpty()) {
      lines.add(
          found.states().isEmpty()
              ? "A restore was not tried. The state is that of fields: see what is not captured."
              : "A restore was not tried. The state is what "
                  + found.states().get(0)
                  + " saves: whether that is all of it, a restore shows.");
    }
    if (found.attached() && found.taken().isEmpty()) {
      lines.add(
          "Memory that the host allocated before ramshot came cannot be seen. More is seen when it is"
              + " started with -javaagent:ramshot.jar=discover=30s");
    }
    return lines;
  }

  static String list(List<String> names) {
    return String.join(", ", names.subList(0, Math.min(SHOWN, names.size())))
        + (names.size() > SHOWN ? " and " + (names.size() - SHOWN) + " more" : "");
  }
}
