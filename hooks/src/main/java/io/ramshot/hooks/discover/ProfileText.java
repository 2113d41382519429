package io.ramshot.hooks.discover;

import io.ramshot.hooks.HookOptions;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** A profile as it is printed: options, with what speaks for and against them as comments. */
final class ProfileText {

  private static final int WIDTH = 118;

  /** Fields that are not captured; more are counted. */
  private static final int LEFT_SHOWN = 25;

  private final StringBuilder text = new StringBuilder();

  /** A comment, wrapped. */
  ProfileText comment(String line) {
    StringBuilder row = new StringBuilder("#");
    for (String word : line.split(" ")) {
      if (row.length() + 1 + word.length() > WIDTH && row.length() > 1) {
        text.append(row).append('\n');
        row = new StringBuilder("#  ");
      }
      row.append(' ').append(word);
    }
    text.append(row).append('\n');
    return this;
  }

  ProfileText blank() {
    text.append('\n');
    return this;
  }

  ProfileText key(String key, String value) {
    text.append(key).append('=').append(value).append('\n');
    return this;
  }

  /** An option with its values, one a line. */
  ProfileText option(String key, Set<String> values) {
    String all = String.join(",\\\n  ", values);
    try {
      HookOptions.parse(Map.of(key, String.join(",", values)));
      return key(key, all);
    } catch (IllegalArgumentException e) {
      return comment(key + "=" + String.join(",", values) + " is not understood by this version");
    }
  }

  /** A line to be uncommented. */
  ProfileText offer(String key, String value) {
    text.append('#').append(key).append('=').append(value).append('\n');
    return this;
  }

  @Override
  public String toString() {
    return text.toString();
  }

  /** Everything that was found, as a profile. */
  static String of(Findings found, Verdict verdict) {
    ProfileText text = new ProfileText();
    verdict.lines().forEach(text::comment);
    text.comment(
        "A ramshot profile of "
            + found.host()
            + ", found by watching it for "
            + found.seconds()
            + " s on Java "
            + Runtime.version().feature()
            + ". Lines with # are comments.");
    text.comment("Use: java -javaagent:ramshot.jar=profile=FILE.properties, or on a JVM that runs");
    text.comment(
        "java -jar ramshot.jar attach PID profile=FILE.properties; then snapshot and status.");
    text.key("name", found.name()).key("host", found.host());
    Set<String> present = new LinkedHashSet<>();
    found.gates().forEach(g -> present.add(g.count().method().className()));
    found.taken().stream()
        .filter(r -> r.owner() != null)
        .forEach(r -> present.add(r.owner().getName()));
    if (!present.isEmpty()) {
      text.key("present", String.join(", ", present));
    }
    text.blank().ram(found);
    text.blank().gates(found);
    text.blank().state(found);
    List<String> remarks = found.remarks();
    if (!remarks.isEmpty()) {
      text.blank().comment("What else was seen, or is not certain:");
      remarks.forEach(line -> text.comment("- " + line));
    }
    return text.toString();
  }

  private void ram(Findings found) {
    comment("Guest RAM.");
    for (RamCandidate ram : found.taken()) {
      comment((ram.value() == null ? "" : ram.value() + ": ") + ram.line());
      if (ram.written().always()) {
        comment("  every page of it changes all the time: a busy guest's RAM, or a screen");
      }
      if (!ram.written().any()) {
        comment("  nobody wrote to it, but its name says RAM: was the guest idle?");
      }
    }
    if (found.taken().isEmpty()) {
      comment("None was found that is written to and has a name. Was the guest running?");
      for (NativeEngine engine : found.engines()) {
        comment(engine.line()).comment(engine.advice());
        engine.maps().forEach(map -> offer(HookOptions.RAM_NATIVE, map));
      }
    }
    found.ramOptions().forEach(this::option);
    if (found.ramMin() != null) {
      key(HookOptions.RAM_MIN, found.ramMin());
    }
    List<RamCandidate> left = new ArrayList<>(found.ram());
    left.removeAll(found.taken());
    for (RamCandidate ram : left.stream().limit(8).toList()) {
      comment("Not taken: " + (ram.value() == null ? "" : ram.value() + ": ") + ram.line());
      if (ram.key() != null && ram.written().any()) {
        comment(
            found.isSmallBesideTheRest(ram)
                ? "  it is small beside the rest; if it is RAM, take it with"
                : "  its name is not that of RAM; if it is, take it with");
        offer(ram.key(), ram.value());
      }
    }
    if (left.size() > 8) {
      comment("and " + (left.size() - 8) + " more that matter less");
    }
  }

  private void gates(Findings found) {
    comment("Gates: methods whose running calls a snapshot waits for, and holds back.");
    Set<String> gates = new LinkedHashSet<>();
    for (GateCandidate gate : found.gates()) {
      comment(gate.line());
      gate.doubts().forEach(doubt -> comment("  " + doubt));
      gates.add(gate.option());
    }
    if (gates.isEmpty()) {
      comment(
          found.busyThreads() == 0
              ? "No thread of the host was running. Is the guest halted, or does native code run it?"
              : "No method was called steadily and returned: freeze=threads stops every thread"
                  + " wherever it is.");
    } else {
      option(HookOptions.GATE, gates);
    }
    for (GateCandidate stranger : found.strangers()) {
      comment("Unsure, not gated: " + stranger.line());
      comment(
          "  thread "
              + stranger.thread().name
              + " was not seen at guest RAM: a screen's or a sound's? If it writes there, add this"
              + " method to gate=");
    }
    List<GateCandidate> others =
        found.candidates().stream()
            .filter(c -> !gates.contains(c.option()) && !found.strangers().contains(c))
            .filter(c -> c.share() >= 0.3)
            .limit(8)
            .toList();
    if (!others.isEmpty()) {
      comment("Also measured:");
      others.forEach(c -> comment("- " + c.line()));
    }
  }

  private void state(Findings found) {
    comment("State besides RAM: CPU and devices. Only a restore proves it whole: try one.");
    List<String> states = found.states();
    if (!states.isEmpty()) {
      option(HookOptions.STATE, found.stateOptions());
      states.stream().skip(1).forEach(s -> offer(HookOptions.STATE, s));
      return;
    }
    FieldStates fields = found.fields();
    if (fields.options().isEmpty()) {
      comment("No methods were found that save and load it.");
      return;
    }
    comment(
        "No methods were found that save and load it. These are the fields of the objects whose"
            + " methods are gates, and of what they refer to; add the classes of its devices.");
    List<String> left = fields.left();
    if (!left.isEmpty()) {
      comment(
          "Not captured, each stays as the host makes it: "
              + String.join(", ", left.subList(0, Math.min(LEFT_SHOWN, left.size())))
              + (left.size() > LEFT_SHOWN ? " and " + (left.size() - LEFT_SHOWN) + " more" : ""));
    }
    option(HookOptions.STATE, fields.options());
  }

  static String seconds(long nanos) {
    return String.format(Locale.ROOT, "%.0f", nanos / 1e9);
  }
}
