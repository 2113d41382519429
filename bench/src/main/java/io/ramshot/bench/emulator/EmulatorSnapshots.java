package io.ramshot.bench.emulator;

import io.ramshot.bench.driver.Study;
import io.ramshot.bench.figures.Figure;
import io.ramshot.bench.figures.Results;
import io.ramshot.bench.figures.Sample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import javax.management.openmbean.CompositeData;

/**
 * Snapshots of a real emulator through the agent, asked for by JMX: with the gate's quantum and the
 * machine's own state in the pause, as a user has them.
 */
public final class EmulatorSnapshots implements Study {
  private static final String CONTENDER = "ramshot";
  private static final long RAM_BYTES = 1L << 30;
  private static final int ROUNDS = 3;
  private static final long WARM_UP_MILLIS = 5_000;
  private static final long BEFORE_MILLIS = 2_000;
  private static final long AFTER_MILLIS = 2_000;

  private static final double NANOS_PER_MICRO = 1e3;
  private static final double NANOS_PER_MILLI = 1e6;
  private static final double BYTES_PER_MB = 1e6;

  private final Jars jars;
  private final Path folder;

  /**
   * @param folder for images, on the disk to be measured
   */
  public EmulatorSnapshots(Jars jars, Path folder) {
    this.jars = jars;
    this.folder = folder;
  }

  @Override
  public String name() {
    return "sample-emulator";
  }

  @Override
  public String description() {
    return "the sample emulator, 1 GiB, its guest writes to every page in order, with the agent";
  }

  @Override
  public void run(Results results, int rounds) throws IOException, InterruptedException {
    Optional<String> missing = jars.missing();
    if (missing.isPresent()) {
      results.note(name() + " is left out: " + missing.get());
      return;
    }
    results.cell(name(), description());
    try (Emulator emulator = Emulator.start(jars, RAM_BYTES, List.of());
        SnapshotBean bean = SnapshotBean.connect(emulator.pid())) {
      Thread.sleep(WARM_UP_MILLIS);
      for (int round = 1; round <= (rounds == 0 ? ROUNDS : rounds); round++) {
        Path file = folder.resolve("emulator-" + round + ".ramshot");
        try {
          results.add(name(), round(emulator, bean, file, round));
        } finally {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  private static Sample round(Emulator emulator, SnapshotBean bean, Path file, int round)
      throws IOException, InterruptedException {
    Sample sample = new Sample(CONTENDER, round);
    double speed = speed(emulator, BEFORE_MILLIS);
    sample.set(Figure.BEFORE_MOPS, speed * NANOS_PER_MICRO);
    Instant wall = Instant.now();
    long request = System.nanoTime();
    StepLog log = new StepLog(emulator);
    CompositeData result;
    long end;
    try {
      bean.start(file);
      result = bean.await();
      end = System.nanoTime();
    } finally {
      log.close();
    }
    if (!"COMPLETED".equals(result.get("state"))) {
      return sample.failed(String.valueOf(result.get("message")));
    }
    long freeze =
        request
            + Duration.between(wall, Instant.parse((String) result.get("freezeTime"))).toNanos();
    double nanos = end - freeze;
    double share = log.steps(freeze, end) / (speed * nanos);
    sample
        .set(Figure.DURATION_MS, nanos / NANOS_PER_MILLI)
        .set(Figure.GUEST_SHARE, share)
        .set(
            Figure.LOST_MS_PER_GIB,
            (1 - share) * nanos / NANOS_PER_MILLI / (RAM_BYTES / (double) (1 << 30)))
        .set(Figure.PREPARE_MS, (freeze - request) / NANOS_PER_MILLI)
        .set(Figure.PREPARE_SHARE, log.steps(request, freeze) / (speed * (freeze - request)))
        .set(Figure.AFTER_SHARE, speed(emulator, AFTER_MILLIS) / speed);
    engine(sample, result, nanos);
    return sample;
  }

  private static void engine(Sample sample, CompositeData result, double nanos) {
    CompositeData status = (CompositeData) result.get("status");
    CompositeData pause = (CompositeData) status.get("pause");
    sample
        .set(Figure.PAUSE_US, number(pause, "totalNanos") / NANOS_PER_MICRO)
        .set(Figure.GATE_US, number(pause, "gateNanos") / NANOS_PER_MICRO)
        .set(Figure.STATE_US, number(pause, "stateNanos") / NANOS_PER_MICRO)
        .set(Figure.EDGES_US, number(pause, "edgesNanos") / NANOS_PER_MICRO)
        .set(Figure.SCAN_US, number(pause, "scanNanos") / NANOS_PER_MICRO)
        .set(Figure.ARM_US, number(pause, "armNanos") / NANOS_PER_MICRO);
    CompositeData stalls = (CompositeData) status.get("stalls");
    sample
        .set(Figure.STALLS, number(stalls, "count"))
        .set(Figure.STALL_P50_US, number(stalls, "p50Nanos") / NANOS_PER_MICRO)
        .set(Figure.STALL_P99_US, number(stalls, "p99Nanos") / NANOS_PER_MICRO)
        .set(Figure.STALL_P999_US, number(stalls, "p999Nanos") / NANOS_PER_MICRO)
        .set(Figure.STALL_MAX_US, number(stalls, "maxNanos") / NANOS_PER_MICRO)
        .set(Figure.MB_S, number(status, "writtenBytes") * NANOS_PER_MICRO / nanos)
        .set(Figure.WRITE_MB_S, number(status, "bytesPerSecond") / BYTES_PER_MB)
        .set(Figure.POOL_MB, number(status, "poolPeakBytes") / BYTES_PER_MB)
        .set(Figure.FILE_MB, number(result, "fileBytes") / BYTES_PER_MB)
        .set(Figure.FILE_ALLOCATED_MB, number(result, "allocatedBytes") / BYTES_PER_MB);
  }

  private static long number(CompositeData data, String item) {
    return (Long) data.get(item);
  }

  /** Steps per ns, from now on. */
  private static double speed(Emulator emulator, long millis)
      throws IOException, InterruptedException {
    long steps = emulator.steps();
    long start = System.nanoTime();
    Thread.sleep(millis);
    return (double) (emulator.steps() - steps) / (System.nanoTime() - start);
  }
}
