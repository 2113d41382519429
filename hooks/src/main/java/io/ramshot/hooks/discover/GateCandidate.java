package io.ramshot.hooks.discover;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A method that one busy thread calls, measured, that may be its gate.
 *
 * @param thread that calls it
 * @param count how it was called
 * @param share of the thread's time that is inside, 0 to 1
 * @param loop the method that goes round and calls it, where stacks do not show it itself, because
 *     the compiler has inlined it; else null
 * @param loopWrites whether that method writes fields itself
 */
record GateCandidate(
    StackSamples.Busy thread,
    CallCounts.Count count,
    double share,
    StackSamples.Method loop,
    boolean loopWrites) {

  /** A freeze waits so long for a vCPU, in ns. */
  private static final long GOOD_NANOS = 10_000_000;

  /** An open gate costs 7 ns: 0.7 % at this rate. */
  private static final double GOOD_RATE = 1e6;

  /** Worse than this, a gate is no use, in ns. */
  private static final long USABLE_NANOS = 500_000_000;

  /** Fewer calls tell nothing. */
  private static final int LEAST_CALLS = 3;

  /** What a thread does outside of its gate is not frozen. */
  static final double LEAST_SHARE = 0.3;

  /** Seen inside of less than this of the time, what a loop calls tells nothing. */
  private static final double LEAST_SEEN = 0.15;

  /** What a loop calls for less of the time need not be a gate beside the best. */
  private static final double LEAST_BESIDES = 0.03;

  /**
   * A thread's candidates, the best first: those with most of its time inside, and of these the
   * outer ones.
   *
   * @param hidden methods that go round without coming back, with what they call
   */
  static List<GateCandidate> of(
      StackSamples.Busy thread,
      double running,
      List<CallCounts.Count> counts,
      Map<StackSamples.Method, List<StackSamples.Method>> hidden,
      HotCode code) {
    List<GateCandidate> all = new ArrayList<>();
    for (CallCounts.Count count : counts) {
      double seen = thread.share(count.method());
      if (seen > 0 && !code.isGetter(count.method())) {
        all.add(
            new GateCandidate(thread, count, Math.max(seen, inside(count, running)), null, false));
      }
    }
    hidden.forEach(
        (loop, called) -> {
          List<CallCounts.Count> inLoop =
              counts.stream()
                  .filter(c -> called.contains(c.method()) && thread.share(c.method()) == 0)
                  .filter(c -> c.returned() > 0)
                  .toList();
          double share = thread.share(loop);
          double sum = inLoop.stream().mapToDouble(c -> inside(c, running)).sum();
          // What a loop that writes nothing itself does, it does in what it calls.
          double part = code.onlyCalls(loop) && sum > LEAST_SEEN ? share / sum : 1;
          for (CallCounts.Count count : inLoop) {
            double own = Math.min(share, part * inside(count, running));
            all.add(new GateCandidate(thread, count, own, loop, code.writesFields(loop)));
          }
        });
    all.sort(
        Comparator.comparingLong((GateCandidate c) -> -Math.round(10 * c.share))
            .thenComparingDouble(GateCandidate::depth));
    return all;
  }

  private static double inside(CallCounts.Count count, double running) {
    return Math.min(1, count.inside() / Math.max(0.05, running));
  }

  /** Mean number of methods around it; those that stacks do not show are inside of all others. */
  private double depth() {
    return loop == null ? thread.depth(count.method()) : thread.depth(loop) + 1;
  }

  /** Whether to hook it is to change the class whose loop runs all the while. */
  boolean isInClassOfLoop() {
    return loop != null && loop.className().equals(count.method().className());
  }

  /** What else its loop calls and must be held with it: a machine's timer beside its CPU. */
  List<GateCandidate> besides(List<GateCandidate> candidates, HotCode code) {
    return loop == null
        ? List.of()
        : candidates.stream()
            .filter(c -> c != this && loop.equals(c.loop))
            .filter(c -> c.share >= LEAST_BESIDES || code.writes(c.count.method()))
            .filter(c -> c.count.usual() <= USABLE_NANOS && c.count.perSecond() <= 20 * GOOD_RATE)
            .toList();
  }

  /** The best of a thread's candidates: all of its work inside, as far out as possible. */
  static Optional<GateCandidate> best(List<GateCandidate> candidates) {
    Optional<GateCandidate> good = candidates.stream().filter(GateCandidate::isGood).findFirst();
    Optional<GateCandidate> usable =
        candidates.stream().filter(GateCandidate::isUsable).findFirst();
    // An outer method that takes longer is better than an inner one with half of the work outside.
    return good.isPresent() && (good.get().share >= 0.5 || usable.isEmpty()) ? good : usable;
  }

  /** Whether the best one was taken because what is around it takes too long for a gate. */
  static boolean isInsideOfASlowOne(List<GateCandidate> candidates) {
    Optional<GateCandidate> best = best(candidates);
    return best.isPresent()
        && candidates.stream()
            .takeWhile(c -> c != best.get())
            .anyMatch(c -> c.count.returned() > 0 && c.count.usual() > GOOD_NANOS);
  }

  boolean isGood() {
    return isUsable() && count.usual() <= GOOD_NANOS && count.perSecond() <= GOOD_RATE;
  }

  private boolean isUsable() {
    return count.returned() >= LEAST_CALLS
        && share >= LEAST_SHARE
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
          count.unfinished()
              ? "was called and did not return"
              : "was not called, or never returned",
          100 * share,
          thread.name);
    }
    return String.format(
        Locale.ROOT,
        "%s: %s calls a second, half of them take up to %s, longest %s; in %.0f %% of the %s of"
            + " thread %s%s",
        option(),
        rate(),
        Sizes.time(count.usual()),
        Sizes.time(count.longest()),
        100 * share,
        loop == null ? "samples" : "time",
        thread.name,
        loop == null ? "" : ", which goes round in " + loop.className() + "::" + loop.name());
  }

  private String rate() {
    double rate = count.perSecond();
    return rate >= 1e6
        ? String.format(Locale.ROOT, "%.1f million", rate / 1e6)
        : String.format(Locale.ROOT, rate < 10 ? "%.1f" : "%.0f", rate);
  }

  /** What speaks against it, a line each. */
  List<String> doubts() {
    List<String> doubts = new ArrayList<>();
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
    if (loopWrites) {
      doubts.add(
          loop.className()
              + "::"
              + loop.name()
              + " writes fields itself, outside of the gate: they may be captured a round late, and a"
              + " restore, which happens within its first round, may lose them");
    }
    if (share < 0.9 && share >= LEAST_SHARE) {
      doubts.add(
          String.format(
              Locale.ROOT,
              "thread %s was outside of it in %.0f %% of the time: what it writes there is"
                  + " captured page by page at some moment of the freeze",
              thread.name,
              100 - 100 * share));
    }
    return doubts;
  }
}
