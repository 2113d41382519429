package io.ramshot.bench.worker;

import io.ramshot.bench.cell.Cell;
import io.ramshot.bench.figures.Figure;
import io.ramshot.bench.figures.Sample;
import io.ramshot.bench.figures.SpeedTrace;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * One contender's round, measured the same way for all of them: the guest's speed before, during
 * and after, and what the snapshot took from the machine.
 *
 * <p>The guest stands still between rounds.
 */
final class Round {
  private static final double NANOS_PER_MICRO = 1e3;
  private static final double NANOS_PER_MILLI = 1e6;
  private static final double NANOS_PER_SECOND = 1e9;
  private static final double BYTES_PER_MB = 1e6;
  private static final double BYTES_PER_GIB = 1 << 30;

  /** The guest is at its full speed once it gains no more than this from slice to next but one. */
  private static final double STEADY = 1.03;

  private static final int MOST_SLICES = 40;

  /** So many slices make up the time before a snapshot. */
  private static final int SLICES = 4;

  private static final int MEMORY_PERIOD_MILLIS = 5;

  /** Guest speed is noted down this long and no longer, in ns. */
  private static final long LONGEST_TRACE_NANOS = 60_000_000_000L;

  /** What the picture shows before the freeze and after the end, in ns. */
  private static final long TRACE_MARGIN_NANOS = 500_000_000;

  private static final int DEFAULT_BUCKET_MILLIS = 10;

  private final Cell cell;
  private final BenchGuest guest;
  private final Path folder;
  private final SafepointLog safepoints;

  Round(Cell cell, BenchGuest guest, Path folder, SafepointLog safepoints) {
    this.cell = cell;
    this.guest = guest;
    this.folder = folder;
    this.safepoints = safepoints;
  }

  /** A reference line: no guest runs, nothing but its own figures is measured. */
  Sample reference(String name, int round, Contender contender) throws Exception {
    Sample sample = new Sample(name, round);
    Path file = file(name);
    try {
      contender.save(new Turn(cell, guest, file, sample, 0));
    } finally {
      delete(file);
    }
    return sample;
  }

  Sample snapshot(String name, int round, Contender contender) throws Exception {
    Sample sample = new Sample(name, round);
    Path file = file(name);
    sample.set(Figure.HUGE_BEFORE, guest.ram().hugeShare());
    try {
      measure(sample, file, contender);
    } finally {
      guest.freeze();
      delete(file);
      guest.ram().restore();
    }
    return sample;
  }

  private void measure(Sample sample, Path file, Contender contender) throws Exception {
    guest.ram().touch();
    guest.thaw();
    warmUp();
    int bucketMillis =
        cell.timing().traceMillis() > 0 ? cell.timing().traceMillis() : DEFAULT_BUCKET_MILLIS;
    long bucket = (long) (bucketMillis * NANOS_PER_MILLI);
    int buckets = (int) (LONGEST_TRACE_NANOS / bucket);

    long start = System.nanoTime();
    guest.turn(start, bucket, buckets);
    long startCount = guest.count();
    Thread.sleep(cell.timing().beforeMillis());
    long beforeNanos = System.nanoTime() - start;
    double speed = (double) (guest.count() - startCount) / beforeNanos;
    List<Span> before = guest.turn(start, bucket, buckets);
    sample.set(Figure.BEFORE_MOPS, speed * NANOS_PER_MICRO);

    Turn turn = new Turn(cell, guest, file, sample, speed);
    BenchLibrary.check("watching memory", BenchLibrary.rb_memory_watch(MEMORY_PERIOD_MILLIS));
    OwnMemory memory = OwnMemory.watch();
    long cpu = BenchLibrary.rb_process_cpu();
    long guestCpu = guest.cpuNanos();
    long requestCount = guest.count();
    List<Span> preparing = guest.spans(start, bucket, buckets);
    guest.turn(preparing);
    List<Span> during = guest.turnAtFreeze(start, bucket, buckets);
    MachineCpu machine = MachineCpu.now();
    long request = System.nanoTime();
    long[] left = new long[2];
    long extraMemory;
    try {
      contender.save(turn);
      if (!turn.ended()) {
        turn.end();
      }
    } finally {
      extraMemory = memory.extraBytes();
      BenchLibrary.rb_memory_watched(left);
    }
    cpu = turn.endCpuNanos() - cpu;
    guestCpu = turn.endGuestCpuNanos() - guestCpu;
    guest.turn(start, bucket, buckets);

    long afterCount = guest.count();
    long afterStart = System.nanoTime();
    Thread.sleep(cell.timing().afterMillis());
    double after = (double) (guest.count() - afterCount) / (System.nanoTime() - afterStart) / speed;
    List<Span> afterwards = guest.turn(start, bucket, 0);

    Gate gate = guest.gate();
    sample
        .set(Figure.PAUSE_US, (gate.openNanos() - gate.closeNanos()) / NANOS_PER_MICRO)
        .set(Figure.GATE_US, (gate.frozenNanos() - gate.closeNanos()) / NANOS_PER_MICRO)
        .set(Figure.PREPARE_MS, (gate.closeNanos() - request) / NANOS_PER_MILLI)
        .set(
            Figure.PREPARE_SHARE,
            (guest.countAtFreeze() - requestCount) / (speed * (gate.closeNanos() - request)))
        .set(Figure.AFTER_SHARE, after)
        .set(Figure.HUGE_AFTER, guest.ram().hugeShare());
    gaps(sample, before, preparing, during);
    if (gate.closeNanos() - request < NANOS_PER_MILLI) {
      String reason = "prepared in less than 1 ms";
      sample
          .missing(Figure.PREPARE_SHARE, reason)
          .missing(Figure.PREPARE_MS, reason)
          .missing(Figure.GAP_PREPARE_MAX_US, reason);
    }
    safepoints(sample, request, turn.endNanos());
    if (turn.incomplete() == null) {
      whole(sample, turn, request, requestCount);
      sample
          .set(
              Figure.OTHERS_CPU, turn.endMachine().othersSince(machine, cpu + turn.childCpuNanos()))
          .set(Figure.CPU_S, (cpu + turn.childCpuNanos()) / NANOS_PER_SECOND)
          .set(Figure.CPU_OWN_S, (cpu + turn.childCpuNanos() - guestCpu) / NANOS_PER_SECOND)
          .set(Figure.EXTRA_MEM_MB, (extraMemory + turn.childMemoryBytes()) / BYTES_PER_MB)
          .set(Figure.SYSTEM_MEM_MB, left[0] / BYTES_PER_MB);
      if (turn.childMemoryBytes() < 0) {
        sample.missing(Figure.EXTRA_MEM_MB, "the child could not read its /proc/self/smaps_rollup");
      }
    } else {
      for (Figure figure :
          new Figure[] {
            Figure.GUEST_SHARE,
            Figure.DURATION_MS,
            Figure.LOST_MS_PER_GIB,
            Figure.LOST_ALL_MS_PER_GIB,
            Figure.CPU_S,
            Figure.CPU_OWN_S,
            Figure.MB_S
          }) {
        sample.missing(figure, turn.incomplete());
      }
      sample.missing(
          Figure.EXTRA_MEM_MB,
          turn.incomplete() + String.format(" after it had taken %.0f MB", left[0] / BYTES_PER_MB));
    }
    if (cell.timing().traceMillis() > 0) {
      sample.trace(
          trace(
              List.of(before, preparing, during, afterwards),
              start,
              turn.endNanos(),
              bucket,
              speed));
    }
  }

  /** Until the guest gets no faster: caches, page tables, and what a host had taken away. */
  private void warmUp() throws InterruptedException {
    double[] counts = new double[MOST_SLICES];
    for (int i = 0; i < MOST_SLICES; i++) {
      long start = System.nanoTime();
      long count = guest.count();
      Thread.sleep(Math.max(1, cell.timing().beforeMillis() / SLICES));
      counts[i] = (double) (guest.count() - count) / (System.nanoTime() - start);
      if (i >= 2 && counts[i] <= STEADY * counts[i - 2]) {
        return;
      }
    }
  }

  private void whole(Sample sample, Turn turn, long request, long requestCount) {
    double nanos = turn.endNanos() - guest.gate().closeNanos();
    double share = (turn.endCount() - guest.countAtFreeze()) / (turn.countsPerNano() * nanos);
    double all = turn.endNanos() - request;
    double allShare = (turn.endCount() - requestCount) / (turn.countsPerNano() * all);
    double gib = cell.ramBytes() / BYTES_PER_GIB;
    sample
        .set(Figure.DURATION_MS, nanos / NANOS_PER_MILLI)
        .set(Figure.GUEST_SHARE, share)
        .set(Figure.LOST_MS_PER_GIB, (1 - share) * nanos / NANOS_PER_MILLI / gib)
        .set(Figure.LOST_ALL_MS_PER_GIB, (1 - allShare) * all / NANOS_PER_MILLI / gib);
  }

  private static Histogram merge(List<Span> spans) {
    Histogram all = new Histogram(2);
    all.setAutoResize(true);
    spans.forEach(span -> all.add(span.gaps()));
    return all;
  }

  private static void gaps(
      Sample sample, List<Span> before, List<Span> preparing, List<Span> during) {
    Histogram without = merge(before);
    Histogram with = merge(during);
    sample
        .set(Figure.GAP_BEFORE_P999_US, without.getValueAtPercentile(99.9) / NANOS_PER_MICRO)
        .set(Figure.GAP_BEFORE_MAX_US, without.getMaxValue() / NANOS_PER_MICRO)
        .set(Figure.GAP_PREPARE_MAX_US, merge(preparing).getMaxValue() / NANOS_PER_MICRO)
        .set(Figure.GAP_P99_US, with.getValueAtPercentile(99) / NANOS_PER_MICRO)
        .set(Figure.GAP_P999_US, with.getValueAtPercentile(99.9) / NANOS_PER_MICRO)
        .set(Figure.GAP_MAX_US, with.getMaxValue() / NANOS_PER_MICRO);
  }

  private void safepoints(Sample sample, long from, long to) throws IOException {
    List<Long> reaching = safepoints.reaching(from, to);
    if (reaching.isEmpty()) {
      String reason = "no safepoint fell into it";
      sample.missing(Figure.SAFEPOINT_P99_US, reason).missing(Figure.SAFEPOINT_MAX_US, reason);
      return;
    }
    int p99 = (int) Math.ceil(reaching.size() * 0.99) - 1;
    sample
        .set(Figure.SAFEPOINTS, reaching.size())
        .set(Figure.SAFEPOINT_P99_US, reaching.get(p99) / NANOS_PER_MICRO)
        .set(Figure.SAFEPOINT_MAX_US, reaching.get(reaching.size() - 1) / NANOS_PER_MICRO);
  }

  private SpeedTrace trace(
      List<List<Span>> phases, long start, long end, long bucket, double speed) {
    long freeze = guest.gate().closeNanos();
    int first = (int) Math.max(0, (freeze - start - TRACE_MARGIN_NANOS) / bucket);
    int last = (int) ((end - start + TRACE_MARGIN_NANOS) / bucket);
    double[] shares = new double[last - first];
    for (List<Span> phase : phases) {
      for (Span span : phase) {
        for (int i = 0; i < shares.length && first + i < span.accesses().length; i++) {
          shares[i] += span.accesses()[first + i] / (speed * bucket);
        }
      }
    }
    long origin = start + first * bucket;
    return new SpeedTrace(bucket, freeze - origin, end - origin, shares);
  }

  private Path file(String name) {
    return folder.resolve(name + ".ramshot");
  }

  /** Also waits until the file system has dealt with it, so that the next contender need not. */
  private void delete(Path file) throws IOException {
    Files.deleteIfExists(file);
    try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
      directory.force(true);
    }
  }
}
