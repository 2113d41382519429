package io.ramshot.bench.qemu;

import io.ramshot.bench.cell.Cell;
import io.ramshot.bench.cell.HostJvm;
import io.ramshot.bench.cell.OutsideContender;
import io.ramshot.bench.cell.Sink;
import io.ramshot.bench.cell.Timing;
import io.ramshot.bench.figures.Figure;
import io.ramshot.bench.figures.Sample;
import io.ramshot.bench.figures.SpeedTrace;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * QEMU's background snapshot: the guest runs on under write protection by userfaultfd, like ours.
 *
 * <p>QEMU interprets its guest (tcg), as Java emulators do. The guest is {@link BootSector}'s, so
 * that speed means the same as elsewhere: page accesses a second.
 */
public final class QemuContender implements OutsideContender {
  private static final String NAME = "qemu";
  private static final long POLL_MILLIS = 20;

  @Override
  public String name() {
    return NAME;
  }

  /** One guest thread that writes all of RAM, which QEMU puts on huge pages by itself. */
  @Override
  public boolean takesPartIn(Cell cell) {
    return BootSector.knows(cell.workload())
        && cell.threads() == 1
        && cell.hugePages()
        && cell.jvm().equals(HostJvm.USUAL)
        && cell.sink() != Sink.THROTTLED;
  }

  @Override
  public Optional<String> unavailable() {
    return unavailable(QemuProcess.find(), BootSector.built());
  }

  static Optional<String> unavailable(Optional<Path> executable, boolean guestBuilt) {
    if (executable.isEmpty()) {
      return Optional.of("QEMU is not installed: apt-get install qemu-system-x86");
    }
    if (!guestBuilt) {
      return Optional.of(
          "QEMU's guest was not built, for want of an x86 compiler: "
              + "apt-get install gcc-x86-64-linux-gnu, and build again");
    }
    return Optional.empty();
  }

  @Override
  public Sample round(Cell cell, int round, Path folder) throws IOException, InterruptedException {
    Sample sample = new Sample(NAME, round);
    Optional<Path> executable = QemuProcess.find();
    Optional<String> reason =
        unavailable(executable, BootSector.built()).or(() -> Shortage.of(cell.ramBytes()));
    if (reason.isPresent()) {
      return sample.failed(reason.get());
    }
    Path boot = folder.resolve("qemu-boot.img");
    Path messages = folder.resolve("qemu.err");
    Path image = folder.resolve("qemu.img");
    try {
      BootSector.write(cell.workload(), boot);
      try (QemuProcess qemu = new QemuProcess(executable.get(), boot, cell.ramBytes(), messages)) {
        try {
          return measure(qemu, cell, image, sample);
        } catch (IOException e) {
          throw qemu.explained(e);
        }
      }
    } catch (IOException e) {
      return sample.failed(e.getMessage());
    } finally {
      Files.deleteIfExists(image);
      Files.deleteIfExists(messages);
      Files.deleteIfExists(boot);
    }
  }

  private static Sample measure(QemuProcess qemu, Cell cell, Path image, Sample sample)
      throws IOException, InterruptedException {
    Timing timing = cell.timing();
    try (GuestMemory memory = new GuestMemory(qemu.pid(), qemu.hostAddressOfGuest())) {
      WarmUp.await(memory, cell.ramBytes());
      qemu.prepareSnapshot();
      Usage usage = new Usage(qemu);
      try (CounterReader reader = new CounterReader(memory)) {
        Times times = new Times();
        times.start = System.nanoTime();
        Thread.sleep(timing.beforeMillis());
        double hugeBefore = usage.hugeBytes();

        usage.start();
        times.request = System.nanoTime();
        qemu.startSnapshot(image);
        MigrationStatus status = awaitEnd(qemu, cell.ramBytes(), usage);
        times.written = System.nanoTime();
        makeDurable(image);
        times.durable = System.nanoTime();
        usage.stop();

        Thread.sleep(timing.afterMillis());
        times.end = System.nanoTime();
        SpeedLog log = reader.finish();
        times.takeEvents(qemu.qmp());
        fill(sample, cell, log, times, status);
        usage.fill(sample);
        double ram = cell.ramBytes();
        sample
            .set(Figure.HUGE_BEFORE, Math.min(1, hugeBefore / ram))
            .set(Figure.HUGE_AFTER, Math.min(1, usage.hugeBytes() / ram))
            .set(Figure.FILE_MB, Files.size(image) / 1e6)
            .missing(Figure.FILE_ALLOCATED_MB, "QEMU's file comes out of a pipe, without holes");
        return sample;
      }
    }
  }

  /** Waits until QEMU has said that it is done, and the process that writes its file has ended. */
  private static MigrationStatus awaitEnd(QemuProcess qemu, long ramBytes, Usage usage)
      throws IOException, InterruptedException {
    // 60 s, and 20 MB/s.
    long limitMillis = 60_000 + ramBytes / 20_000;
    long deadline = System.nanoTime() + limitMillis * 1_000_000;
    MigrationStatus status;
    do {
      Thread.sleep(POLL_MILLIS);
      usage.lookAtChildren();
      status = qemu.snapshotStatus();
      if (status.failed()) {
        throw new IOException(
            "QEMU's snapshot ended as "
                + status.status()
                + status.error().map(": "::concat).orElse(""));
      }
      if (System.nanoTime() > deadline) {
        throw new IOException(
            "QEMU's snapshot is still " + status.status() + " after " + limitMillis / 1000 + " s");
      }
    } while (!status.completed());
    while (!qemu.children().isEmpty()) {
      if (System.nanoTime() > deadline) {
        throw new IOException("the process that writes QEMU's file does not end");
      }
      Thread.sleep(1);
    }
    return status;
  }

  private static void makeDurable(Path image) throws IOException {
    try (FileChannel channel = FileChannel.open(image, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }

  private static void fill(
      Sample sample, Cell cell, SpeedLog log, Times times, MigrationStatus status) {
    double before = log.speed(times.start, times.request);
    double share = log.speed(times.freeze, times.durable) / before;
    double durationMillis = (times.durable - times.freeze) / 1e6;
    double allShare = log.speed(times.request, times.durable) / before;
    double allMillis = (times.durable - times.request) / 1e6;
    double gibibytes = (double) cell.ramBytes() / (1L << 30);
    sample
        .set(Figure.BEFORE_MOPS, before / 1e6)
        .set(Figure.GUEST_SHARE, share)
        .set(Figure.DURATION_MS, durationMillis)
        .set(Figure.LOST_MS_PER_GIB, (1 - share) * durationMillis / gibibytes)
        .set(Figure.LOST_ALL_MS_PER_GIB, (1 - allShare) * allMillis / gibibytes)
        .set(Figure.PREPARE_MS, (times.freeze - times.request) / 1e6)
        .set(Figure.PREPARE_SHARE, log.speed(times.request, times.freeze) / before)
        .set(Figure.MB_S, cell.ramBytes() * 1e3 / (times.durable - times.thaw))
        .set(Figure.WRITE_MB_S, cell.ramBytes() * 1e3 / (times.written - times.thaw))
        .set(Figure.AFTER_SHARE, log.speed(times.durable, times.end) / before);
    gap(sample, Figure.GAP_BEFORE_MAX_US, log.longestStandstill(times.start, times.request));
    gap(sample, Figure.GAP_PREPARE_MAX_US, log.longestStandstill(times.request, times.freeze));
    gap(sample, Figure.GAP_MAX_US, log.longestStandstill(times.freeze, times.durable));
    // QEMU's downtime counts whole milliseconds and waits for the guest to stop, its events do not.
    double pauseMicros = status.downtimeMillis().orElse(0) * 1e3;
    if (times.stopped) {
      pauseMicros = Math.max(pauseMicros, (times.thaw - times.freeze) / 1e3);
    }
    if (pauseMicros > 0) {
      sample.set(Figure.PAUSE_US, pauseMicros);
    } else {
      sample.missing(Figure.PAUSE_US, "QEMU gave neither a downtime nor a STOP event");
    }
    for (Figure figure :
        new Figure[] {
          Figure.GATE_US, Figure.STATE_US, Figure.EDGES_US, Figure.SCAN_US, Figure.ARM_US
        }) {
      sample.missing(figure, "QEMU tells its pause as a whole only");
    }
    for (Figure figure :
        new Figure[] {
          Figure.STALLS,
          Figure.STALL_P50_US,
          Figure.STALL_P99_US,
          Figure.STALL_P999_US,
          Figure.STALL_MAX_US
        }) {
      sample.missing(figure, "QEMU counts no waits for a page");
    }
    for (Figure figure :
        new Figure[] {Figure.GAP_BEFORE_P999_US, Figure.GAP_P99_US, Figure.GAP_P999_US}) {
      sample.missing(figure, "QEMU's guest is looked at from outside, twice a millisecond");
    }
    if (cell.timing().traceMillis() > 0) {
      long bucketNanos = cell.timing().traceMillis() * 1_000_000L;
      sample.trace(
          new SpeedTrace(
              bucketNanos,
              times.freeze - times.start,
              times.durable - times.start,
              log.shares(times.start, times.end, bucketNanos, before)));
    }
  }

  private static void gap(Sample sample, Figure figure, long nanos) {
    if (nanos > 0) {
      sample.set(figure, nanos / 1e3);
    } else {
      sample.missing(figure, "never seen to stand still, looked at twice a millisecond");
    }
  }

  /** When what happened, by {@link System#nanoTime}. */
  private static final class Times {
    long start;
    long request;
    long freeze;
    long thaw;
    long written;
    long durable;
    long end;
    boolean stopped;

    /** Takes freeze and thaw from QEMU's events, or the request for both where there are none. */
    void takeEvents(Qmp qmp) {
      freeze = request;
      thaw = request;
      Optional<Qmp.Event> stop = qmp.event("STOP");
      Optional<Qmp.Event> resume = qmp.event("RESUME");
      if (stop.isPresent() && resume.isPresent()) {
        long epochMicros = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
        long offset = System.nanoTime() - epochMicros * 1000;
        freeze = within(stop.get().epochMicros() * 1000 + offset);
        thaw = within(resume.get().epochMicros() * 1000 + offset);
        stopped = thaw > freeze;
      }
    }

    private long within(long time) {
      return Math.max(request, Math.min(time, written));
    }
  }
}
