package io.ramshot.hooks.discover;

import io.ramshot.hooks.HookOptions;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Tries a profile until a snapshot can be taken with it: what a trial refuses, and the profile can
 * do without, is left out, and told.
 */
final class Refinement {

  private static final int MOST_ROUNDS = 6;

  /** The option that a refusal offers instead. */
  private static final Pattern OFFERED = Pattern.compile("state=fields:([\\w.$]+)((?:-[\\w.$]+)+)");

  private final Findings found;
  private final Trial trial;
  private final BooleanSupplier hurried;

  /** What was left out for a refusal, for the reader. */
  private final List<String> changes = new ArrayList<>();

  private final List<String> lost = new ArrayList<>();

  Refinement(Findings found, Trial trial, BooleanSupplier hurried) {
    this.found = found;
    this.trial = trial;
    this.hurried = hurried;
  }

  /** What was left out because of a refusal, a line each. */
  List<String> changes() {
    return changes;
  }

  /** Numbers among it, which may be a CPU's registers, as {@code class.field}. */
  List<String> lost() {
    return lost;
  }

  /** The last trial's outcome. */
  Trial.Outcome run() throws InterruptedException {
    Trial.Outcome outcome = null;
    for (int i = 0; i < MOST_ROUNDS && !hurried.getAsBoolean(); i++) {
      outcome = trial.run(HookOptions.parse(found.options()));
      boolean changed = false;
      for (String refusal : outcome.refusals()) {
        changed |= leaveFields(refusal) || leaveRam(refusal);
      }
      if (!changed) {
        return outcome;
      }
    }
    return outcome;
  }

  private boolean leaveFields(String refusal) {
    boolean changed = false;
    Matcher offered = OFFERED.matcher(refusal);
    while (offered.find()) {
      Set<String> more = new LinkedHashSet<>();
      for (String field : offered.group(2).substring(1).split("-")) {
        if (found.fields().leave(offered.group(1), field, why(refusal, field))) {
          more.add(field);
          if (found.fields().isNumber(offered.group(1), field)) {
            lost.add(offered.group(1) + "." + field + " (" + why(refusal, field) + ")");
          }
        }
      }
      changed |= !more.isEmpty();
    }
    return changed;
  }

  /** What a refusal says of one field. */
  private static String why(String refusal, String field) {
    Matcher reason =
        Pattern.compile("\\." + Pattern.quote(field) + " (is [^,:;]{1,80})").matcher(refusal);
    return reason.find() ? "a snapshot refuses it: it " + reason.group(1) : "a snapshot refuses it";
  }

  /** An object that is never used, whose RAM cannot be taken: the rest is the guest's. */
  private boolean leaveRam(String refusal) {
    List<RamCandidate> taken = found.taken();
    for (RamCandidate ram : taken) {
      boolean named =
          HookOptions.RAM.equals(ram.key())
              && (refusal.contains("ram=" + ram.value() + " ")
                  || refusal.contains("block " + ram.value().replace('#', '.') + "#"));
      if (named && taken.size() > 1 && ram != taken.get(0)) {
        found.refused().add(ram);
        changes.add(ram.value() + " is not taken: " + refusal);
        return true;
      }
    }
    return false;
  }
}
