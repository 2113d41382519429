package io.ramshot.hooks.discover;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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

  /** A gate that holds less of a vCPU's time, 0 to 1, is not the boundary of its quanta. */
  private static final double LEAST_INSIDE = 0.5;

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
    outside().forEach((thread, share) -> all.add(outside(thread, share)));
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

  /** Threads of which gates hold less than half, with the share that they hold, 0 to 1. */
  private Map<StackSamples.Busy, Double> outside() {
    Map<StackSamples.Busy, Double> inside = new LinkedHashMap<>();
    found.gates().forEach(gate -> inside.merge(gate.thread(), gate.share(), Double::sum));
    // What a loop calls is too short to be measured well, and all of it that writes is a gate.
    found.gates().stream()
        .filter(gate -> gate.loop() != null)
        .forEach(g -> inside.remove(g.thread()));
    inside.values().removeIf(share -> share >= LEAST_INSIDE);
    return inside;
  }

  private static String outside(StackSamples.Busy thread, double share) {
    return String.format(
        Locale.ROOT,
        "thread %s is outside of its gate in %.0f %% of the time, in the middle of its work: what it"
            + " has in hand there is in no image",
        thread.name,
        100 - 100 * share);
  }

  /** The profile's first lines. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    List<String> obstacles = obstacles();
    if (!obstacles.isEmpty()) {
      lines.add("THIS PROFILE CANNOT RESTORE THE GUEST: " + String.join("; ", obstacles) + ".");
    }
    if (found.taken().stream().anyMatch(Verdict::isUnheld)) {
      lines.add(
          "ITS RAM MAY NOT BE FOUND AGAIN: it is native code's, seen through a buffer that no field"
              + " keeps, and RAM only while such a buffer lives. Better name the method that has native"
              + " code map it, a native one too: ram.native=Class::method");
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

  private static boolean isUnheld(RamCandidate ram) {
    return ram.pages() instanceof NativePages pages && pages.isUnheld();
  }

  static String list(List<String> names) {
    return String.join(", ", names.subList(0, Math.min(SHOWN, names.size())))
        + (names.size() > SHOWN ? " and " + (names.size() - SHOWN) + " more" : "");
  }
}
