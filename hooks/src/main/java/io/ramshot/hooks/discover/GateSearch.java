package io.ramshot.hooks.discover;

import java.lang.instrument.Instrumentation;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Looks for gates among the methods that busy threads run: those that stacks show, and those that
 * what they show calls.
 */
final class GateSearch {

  /** Waits for the host; ends early when the watch is in a hurry. */
  interface Clock {
    void pause(long nanos) throws InterruptedException;

    boolean isHurried();
  }

  /** Fewer calls tell little. */
  private static final int ENOUGH_CALLS = 20;

  /** How much longer than it was told it may take, on a machine that is busy with others. */
  private static final int MOST_TIMES = 3;

  private static final int METHODS_A_THREAD = 24;
  private static final int METHODS = 64;

  /** That stacks do not show, of all threads. */
  private static final int HIDDEN_METHODS = 24;

  /** Often enough to tell shares of time, and nothing for a host; in ns. */
  private static final long LOOK_EVERY_NANOS = 2_000_000;

  private final StackSamples stacks;
  private final HotCode code;
  private final Clock clock;
  private final Map<StackSamples.Busy, Map<StackSamples.Method, List<StackSamples.Method>>> hidden =
      new HashMap<>();
  private List<CallCounts.Count> counts = List.of();

  GateSearch(StackSamples stacks, HotCode code, Clock clock) {
    this.stacks = stacks;
    this.code = code;
    this.clock = clock;
  }

  /**
   * Counts calls for so long; longer where nothing came to its end, or what did takes too long for
   * a gate: it may only have waited for a core or the compiler.
   */
  void measure(Instrumentation instrumentation, long time, Consumer<String> remarks)
      throws InterruptedException {
    Set<StackSamples.Method> methods = methods();
    if (methods.isEmpty() || clock.isHurried()) {
      return;
    }
    try (CallCounts calls = new CallCounts(instrumentation, methods, remarks)) {
      // Changed methods run in the interpreter until they are compiled again.
      clock.pause(time / 2);
      calls.reset();
      for (int i = 0; i < MOST_TIMES && !clock.isHurried(); i++) {
        look(calls, time / 2);
        counts = calls.counts();
        if (isEnough()) {
          break;
        }
        if (i == 0 && counts.stream().anyMatch(c -> c.returned() >= ENOUGH_CALLS)) {
          calls.reset(); // What was slow at first must not speak against what is not any more.
        }
      }
    }
  }

  private void look(CallCounts calls, long time) throws InterruptedException {
    long begun = System.nanoTime(); // on a busy machine a pause takes many times as long
    while (System.nanoTime() - begun < time && !clock.isHurried()) {
      clock.pause(LOOK_EVERY_NANOS);
      calls.look();
    }
  }

  private boolean isEnough() {
    return counts.stream().anyMatch(c -> c.returned() >= ENOUGH_CALLS)
        && stacks.busy().stream().noneMatch(b -> GateCandidate.isInsideOfASlowOne(candidates(b)));
  }

  private Set<StackSamples.Method> methods() {
    Set<StackSamples.Method> methods = new LinkedHashSet<>();
    for (StackSamples.Busy busy : stacks.busy()) {
      busy.methods.keySet().stream()
          .filter(m -> busy.share(m) >= 0.1 && !busy.isRoot(m) && !code.isGetter(m))
          .sorted(
              Comparator.comparingDouble((StackSamples.Method m) -> -busy.share(m))
                  .thenComparingDouble(busy::depth))
          .limit(METHODS_A_THREAD)
          .forEach(m -> add(methods, m, METHODS));
      hidden.put(busy, code.hidden(busy));
    }
    int most = methods.size() + HIDDEN_METHODS;
    hidden.values().stream()
        .flatMap(loops -> loops.values().stream())
        .flatMap(Collection::stream)
        .forEach(m -> add(methods, m, most));
    return methods;
  }

  private static void add(Set<StackSamples.Method> all, StackSamples.Method method, int most) {
    if (all.size() < most) {
      all.add(method);
    }
  }

  /** What was measured of a thread, the best first. */
  List<GateCandidate> candidates(StackSamples.Busy thread) {
    return GateCandidate.of(
        thread, stacks.share(thread), counts, hidden.getOrDefault(thread, Map.of()), code);
  }

  /** What is to be a gate beside a thread's best. */
  List<GateCandidate> besides(StackSamples.Busy thread, GateCandidate best) {
    return best.besides(candidates(thread), code);
  }
}
