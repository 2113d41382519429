package io.ramshot.hooks.discover;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A method that one busy thread calls, measured, that may be its gate.
 *
 * @param thread that calls it
 * @param count how it was called
 */
record GateCandidate(StackSamples.Busy thread, CallCounts.Count count) {

  /** A freeze waits so long for a vCPU, in ns. */
  private static final long GOOD_NANOS = 10_000_000;

  /** An open gate costs 7 ns: 0.7 % at this rate. */
  private static final double GOOD_RATE = 1e6;

  /** Worse than this, a gate is no use, in ns. */
  private static final long USABLE_NANOS = 500_000_000;

  /** Fewer calls tell nothing. */
  private static final int LEAST_CALLS = 3;

  /** What a thread does outside of its gate is not frozen. */
  private static final double LEAST_SHARE = 0.3;

  static List<GateCandidate> of(StackSamples.Busy thread, List<CallCounts.Count> counts) {
    return counts.stream()
        .filter(c -> thread.share(c.method()) > 0)
        .map(c -> new GateCandidate(thread, c))
        .sorted(
            Comparator.comparingLong((GateCandidate c) -> -Math.round(10 * c.share()))
                .thenComparingDouble(c -> thread.depth(c.count.method())))
        .toList();
  }

  /** The best of a thread's candidates: all of its work inside, as far out as possible. */
  static Optional<GateCandidate> best(List<GateCandidate> candidates) {
    Optional<GateCandidate> good = candidates.stream().filter(GateCandidate::isGood).findFirst();
    Optional<GateCandidate> usable =
        candidates.stream().filter(GateCandidate::isUsable).findFirst();
    // An outer method that takes longer is better than an inner one with half of the work outside.
    return good.isPresent() && (good.get().share() >= 0.5 || usable.isEmpty()) ? good : usable;
  }

  /** Whether the best one was taken because what is around it takes too long for a gate. */
  static boolean isInsideOfASlowOne(List<GateCandidate> candidates) {
    Optional<GateCandidate> best = best(candidates);
    return best.isPresent()
        && candidates.stream()
            .takeWhile(c -> c != best.get())
            .anyMatch(c -> c.count.returned() > 0 && c.count.usual() > GOOD_NANOS);
  }

  /** Share of the thread's samples that were inside, 0 to 1. */
  double share() {
    return thread.share(count.method());
  }

  boolean isGood() {
    return isUsable() && count.usual() <= GOOD_NANOS && count.perSecond() <= GOOD_RATE;
  }

  private boolean isUsable() {
    return count.returned() >= LEAST_CALLS
        && share() >= LEAST_SHARE
        && count.usual() <= USABLE_NANOS
        && count.perSecond() <= 20 * GOOD_RATE;
  }

  /** As the option {@code gate} wants it. */
  String option() {
    return count.method().className() + "::" + count.signature();
  }

  /** Rate, times and share, in one line. */
  String line() {
    if (count.returned() == 0) {
      return String.format(
          Locale.ROOT,
          "%s: %s, in %.0f %% of the samples of thread %s",
          option(),
          count.inside() ? "was called and did not return" : "was not called, or never returned",
          100 * share(),
          thread.name);
    }
    return String.format(
        Locale.ROOT,
        "%s: %s calls a second, half of them take up to %s, longest %s; in %.0f %% of the samples of"
            + " thread %s",
        option(),
        rate(),
        Sizes.time(count.usual()),
        Sizes.time(count.longest()),
        100 * share(),
        thread.name);
  }

  private String rate() {
    double rate = count.perSecond();
    return rate >= 1e6
        ? String.format(Locale.ROOT, "%.1f million", rate / 1e6)
        : String.format(Locale.ROOT, rate < 10 ? "%.1f" : "%.0f", rate);
  }

  /** What speaks against it, a line each. */
  List<String> doubts() {
    List<String> doubts = new java.util.ArrayList<>();
    if (count.usual() > GOOD_NANOS) {
      doubts.add(
          "a freeze may wait "
              + Sizes.time(count.longest())
              + " for it: look for a method inside it that returns more often");
    }
    if (count.perSecond() > GOOD_RATE) {
      doubts.add(
          String.format(
              Locale.ROOT,
              "it is so hot that the gate costs the guest %.0f %% of its time: look for a method"
                  + " around it",
              Math.max(1, count.perSecond() * 7e-9 * 100)));
    }
    if (count.isSynchronized()) {
      doubts.add("it is synchronized: saving state must not want the same monitor");
    }
    if (share() < 0.9) {
      doubts.add(
          String.format(
              Locale.ROOT,
              "thread %s was outside of it in %.0f %% of the samples: what it writes there is"
                  + " captured page by page at some moment of the freeze",
              thread.name,
              100 - 100 * share()));
    }
    return doubts;
  }
}
