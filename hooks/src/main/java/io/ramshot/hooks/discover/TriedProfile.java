package io.ramshot.hooks.discover;

import io.ramshot.Block;
import java.lang.instrument.Instrumentation;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** A profile that is tried, where it can be, before it is told. */
final class TriedProfile {
  private final Instrumentation instrumentation;
  private final Supplier<List<Block>> offHeap;
  private final Supplier<String> makeRoom;
  private final BooleanSupplier hurried;

  /**
   * @param offHeap blocks outside the Java heap that are known just now
   * @param makeRoom removes the hooks that are installed; gives null, or why that cannot be
   */
  TriedProfile(
      Instrumentation instrumentation,
      Supplier<List<Block>> offHeap,
      Supplier<String> makeRoom,
      BooleanSupplier hurried) {
    this.instrumentation = instrumentation;
    this.offHeap = offHeap;
    this.makeRoom = makeRoom;
    this.hurried = hurried;
  }

  /**
   * Tries it, and leaves out what a snapshot refuses.
   *
   * @param remarks gets what was left out
   */
  Verdict verdict(Findings found, HostCode code, List<String> remarks) throws InterruptedException {
    String untried =
        hurried.getAsBoolean()
            ? "the host was ending"
            : found.taken().isEmpty() ? "there is no RAM to take" : Trial.noRoom(found.ramBytes());
    List<Block> blocks = List.of();
    if (untried == null) {
      blocks = blocks(found);
      untried = makeRoom.get();
    }
    Trial.Outcome outcome = null;
    List<String> lost = List.of();
    if (untried == null) {
      Refinement refinement = new Refinement(found, new Trial(instrumentation, blocks), hurried);
      outcome = refinement.run();
      remarks.addAll(refinement.changes());
      lost = refinement.lost();
      untried = "the host was ending";
    }
    VcpuState vcpus = new VcpuState(code, RamCandidate.values(found.taken()));
    Set<String> missing =
        found.states().isEmpty()
            ? vcpus.missing(found.gates(), found.fields().classes())
            : Set.of();
    return new Verdict(found, outcome, untried, missing, lost);
  }

  /** Before they are forgotten with the hooks that saw them. */
  private List<Block> blocks(Findings found) {
    return offHeap.get().stream()
        .filter(b -> found.taken().stream().anyMatch(r -> r.holds(b.address())))
        .toList();
  }
}
