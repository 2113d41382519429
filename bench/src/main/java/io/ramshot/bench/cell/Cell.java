package io.ramshot.bench.cell;

import java.util.List;

/**
 * One line of comparison: all contenders on the same guest, memory and sink, round after round.
 *
 * @param name like {@code sequential} or {@code random-threads-4}
 * @param workload what guest threads do
 * @param threads how many there are
 * @param ramBytes guest RAM, in whole MiB
 * @param hugePages whether it is on huge pages
 * @param sink where images go
 * @param contenders names of who takes part, in the order of each round
 * @param rounds how often each has its turn
 * @param timing how long speed is measured
 * @param jvm what the guest runs in
 */
public record Cell(
    String name,
    Workload workload,
    int threads,
    long ramBytes,
    boolean hugePages,
    Sink sink,
    List<String> contenders,
    int rounds,
    Timing timing,
    HostJvm jvm) {

  /** In the usual JVM. */
  public Cell(
      String name,
      Workload workload,
      int threads,
      long ramBytes,
      boolean hugePages,
      Sink sink,
      List<String> contenders,
      int rounds,
      Timing timing) {
    this(
        name,
        workload,
        threads,
        ramBytes,
        hugePages,
        sink,
        contenders,
        rounds,
        timing,
        HostJvm.USUAL);
  }

  /** The same, so many times. */
  public Cell withRounds(int number) {
    return new Cell(
        name, workload, threads, ramBytes, hugePages, sink, contenders, number, timing, jvm);
  }
}
