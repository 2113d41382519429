package io.ramshot.hooks.discover;

import java.util.List;

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
    List<String> remarks) {

  /** RAM that the profile names: what is written, else the best that is called RAM. */
  List<RamCandidate> taken() {
    return taken(ram);
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
        || ram.stream().anyMatch(r -> r.written().any());
  }
}
