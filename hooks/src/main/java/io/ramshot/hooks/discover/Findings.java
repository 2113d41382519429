package io.ramshot.hooks.discover;

import io.ramshot.hooks.HookOptions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What was found in a host.
 *
 * @param host its main class or jar
 * @param name the profile's
 * @param seconds how long it was watched
 * @param ram the best first
 * @param gates the best of each busy thread that may write RAM
 * @param strangers the best of busy threads that were not seen at RAM
 * @param candidates everything that was measured, the best first
 * @param busyThreads how many threads were running
 * @param states values of the option {@code state}, the best first
 * @param fields values of the option {@code state} where there are no such methods
 * @param remarks for the reader, a line each
 * @param refused RAM that a trial could not take, which grows while the profile is tried
 * @param attached whether the host ran before it was watched
 * @param engines native code that busy threads were in
 */
record Findings(
    String host,
    String name,
    long seconds,
    List<RamCandidate> ram,
    List<GateCandidate> gates,
    List<GateCandidate> strangers,
    List<GateCandidate> candidates,
    int busyThreads,
    List<String> states,
    FieldStates fields,
    List<String> remarks,
    List<RamCandidate> refused,
    boolean attached,
    List<NativeEngine> engines) {

  /** RAM that the profile names: what is written, else the best that is called RAM. */
  List<RamCandidate> taken() {
    List<RamCandidate> taken = new ArrayList<>(taken(ram));
    taken.removeAll(refused);
    return taken;
  }

  /** Values of each option about RAM, by its key. */
  Map<String, Set<String>> ramOptions() {
    Map<String, Set<String>> options = new LinkedHashMap<>();
    for (RamCandidate candidate : taken()) {
      options.computeIfAbsent(candidate.key(), k -> new LinkedHashSet<>()).add(candidate.value());
    }
    return options;
  }

  /** The option {@code ram.min}, where the default would leave some of the RAM out; else null. */
  String ramMin() {
    long smallest = Long.MAX_VALUE;
    for (RamCandidate candidate : taken()) {
      if (candidate.pages() instanceof NativePages blocks) {
        smallest = Math.min(smallest, blocks.smallest());
      }
    }
    return smallest < HookOptions.DEFAULTS.ramMin() ? Sizes.option(Math.max(4096, smallest)) : null;
  }

  /** Values of the option {@code state}. */
  Set<String> stateOptions() {
    return states.isEmpty() ? fields.options() : Set.of(states.get(0));
  }

  /** Of all guest RAM, in bytes. */
  long ramBytes() {
    return taken().stream().mapToLong(r -> r.pages().bytes()).sum();
  }

  /** The profile, as options. */
  Map<String, String> options() {
    Map<String, String> options = new LinkedHashMap<>();
    ramOptions().forEach((key, values) -> options.put(key, String.join(",", values)));
    if (ramMin() != null) {
      options.put(HookOptions.RAM_MIN, ramMin());
    }
    if (!gates.isEmpty()) {
      options.put(
          HookOptions.GATE,
          gates.stream().map(GateCandidate::option).collect(Collectors.joining(",")));
    }
    if (!stateOptions().isEmpty()) {
      options.put(HookOptions.STATE, String.join(",", stateOptions()));
    }
    return options;
  }

  /** {@link #taken()} of candidates, the best of which comes first. */
  static List<RamCandidate> taken(List<RamCandidate> ram) {
    List<RamCandidate> written =
        ram.stream()
            .filter(r -> r.verdict() == RamCandidate.Verdict.TAKEN && !isSmallBesideTheRest(ram, r))
            .toList();
    return !written.isEmpty()
        ? written
        : ram.stream().filter(r -> r.key() != null && r.isNamedRam()).limit(1).toList();
  }

  /** A buffer or a table beside RAM that is a thousand times as large. */
  boolean isSmallBesideTheRest(RamCandidate candidate) {
    return isSmallBesideTheRest(ram, candidate);
  }

  private static boolean isSmallBesideTheRest(List<RamCandidate> ram, RamCandidate candidate) {
    long largest =
        ram.stream()
            .filter(r -> r.verdict() == RamCandidate.Verdict.TAKEN)
            .mapToLong(r -> r.pages().bytes())
            .max()
            .orElse(0);
    return candidate.pages().bytes() < largest / 1000;
  }

  /** Whether there is anything to write a profile of. */
  boolean any() {
    return !taken().isEmpty()
        || !gates.isEmpty()
        || !strangers.isEmpty()
        || !engines.isEmpty()
        || ram.stream().anyMatch(r -> r.written().any());
  }
}
