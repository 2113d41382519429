package io.ramshot.bench.worker;

import io.ramshot.bench.cell.Cell;
import io.ramshot.bench.figures.Sample;
import java.io.IOException;
import java.nio.file.Path;

/** One contender's turn: what it is to save and where, and what it says of it. */
final class Turn {
  private final Cell cell;
  private final BenchGuest guest;
  private final Path file;
  private final Sample sample;
  private final double countsPerNano;
  private String incomplete;
  private long childCpuNanos;
  private long childMemoryBytes;
  private long endNanos;
  private long endCount;
  private long endCpuNanos;
  private long endGuestCpuNanos;
  private MachineCpu endMachine;

  /**
   * @param countsPerNano the guest's speed before
   */
  Turn(Cell cell, BenchGuest guest, Path file, Sample sample, double countsPerNano) {
    this.cell = cell;
    this.guest = guest;
    this.file = file;
    this.sample = sample;
    this.countsPerNano = countsPerNano;
  }

  Cell cell() {
    return cell;
  }

  BenchGuest guest() {
    return guest;
  }

  /** The file to make; it is not there yet. */
  Path file() {
    return file;
  }

  Sample sample() {
    return sample;
  }

  /** The guest's speed before, in accesses per ns. */
  double countsPerNano() {
    return countsPerNano;
  }

  /** Says that the guest was frozen but there is no file, and why. */
  void incomplete(String reason) {
    incomplete = reason;
  }

  /** Null for a file that is complete. */
  String incomplete() {
    return incomplete;
  }

  /** The file is durable; said by the contender, else it is when the contender returns. */
  void end() throws IOException {
    endNanos = System.nanoTime();
    endCount = guest.count();
    endCpuNanos = BenchLibrary.rb_process_cpu();
    endGuestCpuNanos = guest.cpuNanos();
    endMachine = MachineCpu.now();
  }

  boolean ended() {
    return endNanos != 0;
  }

  long endNanos() {
    return endNanos;
  }

  /** The guest's count at the end. */
  long endCount() {
    return endCount;
  }

  /** CPU time of the whole machine at the end. */
  MachineCpu endMachine() {
    return endMachine;
  }

  /** CPU time of this process at the end, in ns. */
  long endCpuNanos() {
    return endCpuNanos;
  }

  /** Of that, the guest threads'. */
  long endGuestCpuNanos() {
    return endGuestCpuNanos;
  }

  /**
   * What a child of the contender's took.
   *
   * @param cpuNanos CPU time
   * @param memoryBytes memory that was not shared with this process, or -1
   */
  void child(long cpuNanos, long memoryBytes) {
    childCpuNanos = cpuNanos;
    childMemoryBytes = memoryBytes;
  }

  long childCpuNanos() {
    return childCpuNanos;
  }

  /** -1 if a child did not say. */
  long childMemoryBytes() {
    return childMemoryBytes;
  }
}
