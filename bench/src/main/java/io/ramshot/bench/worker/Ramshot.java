package io.ramshot.bench.worker;

import io.ramshot.Guest;
import io.ramshot.Pause;
import io.ramshot.Snapshot;
import io.ramshot.SnapshotException;
import io.ramshot.SnapshotOptions;
import io.ramshot.SnapshotResult;
import io.ramshot.SnapshotState;
import io.ramshot.SnapshotStatus;
import io.ramshot.Stalls;
import io.ramshot.bench.cell.Sink;
import io.ramshot.bench.figures.Figure;
import io.ramshot.bench.figures.Sample;
import io.ramshot.image.BlockKind;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;

/** The engine itself, embedded. */
final class Ramshot implements Contender {
  private static final double BYTES_PER_MB = 1e6;
  private static final double NANOS_PER_MICRO = 1e3;
  private static final double NANOS_PER_MILLI = 1e6;

  /** How often the pool's filling is looked at, where that takes long enough to be seen. */
  private static final Duration LOOK = Duration.ofMillis(2);

  private final Guest guest = new Guest();
  private final SnapshotOptions options;

  Ramshot(BenchGuest bench, boolean hugePages, SnapshotOptions options) {
    this.options = options;
    guest.hugePages(hugePages);
    if (bench.ram() instanceof OnHeapRam onHeap) {
      guest.add(() -> Map.of("ram", onHeap.array()));
    } else {
      guest.register(
          "ram", BlockKind.ADDRESS, bench.ram().address(), bench.ram().bytes(), bench.ram());
    }
    guest.vcpus(bench.gate());
  }

  @Override
  public void save(Turn turn) throws SnapshotException, InterruptedException, IOException {
    Snapshot snapshot = guest.snapshot(turn.file(), options);
    if (turn.cell().sink() == Sink.THROTTLED) {
      watchPool(turn, snapshot);
    }
    SnapshotResult result = snapshot.await();
    turn.end();
    if (result.state() != SnapshotState.COMPLETED) {
      throw new SnapshotException(result.state() + ": " + result.message());
    }
    SnapshotStatus status = result.status();
    Sample sample = turn.sample();
    Pause pause = status.pause();
    sample
        .set(Figure.STATE_US, pause.stateNanos() / NANOS_PER_MICRO)
        .set(Figure.COPY_US, pause.copyNanos() / NANOS_PER_MICRO)
        .set(Figure.EDGES_US, pause.edgesNanos() / NANOS_PER_MICRO)
        .set(Figure.SCAN_US, pause.scanNanos() / NANOS_PER_MICRO)
        .set(Figure.ARM_US, pause.armNanos() / NANOS_PER_MICRO)
        .set(
            Figure.MB_S,
            SaveMethod.rate(
                status.writtenBytes(), turn.endNanos() - turn.guest().gate().openNanos()))
        .set(Figure.WRITE_MB_S, status.bytesPerSecond() / BYTES_PER_MB)
        .set(Figure.POOL_MB, status.poolPeakBytes() / BYTES_PER_MB)
        .set(Figure.FILE_MB, result.fileBytes() / BYTES_PER_MB)
        .set(Figure.FILE_ALLOCATED_MB, result.allocatedBytes() / BYTES_PER_MB);
    stalls(sample, status.stalls());
  }

  private static void stalls(Sample sample, Stalls stalls) {
    sample.set(Figure.STALLS, stalls.count());
    if (stalls.count() == 0) {
      for (Figure figure :
          new Figure[] {
            Figure.STALL_P50_US, Figure.STALL_P99_US, Figure.STALL_P999_US, Figure.STALL_MAX_US
          }) {
        sample.missing(figure, "no guest thread waited for a page");
      }
      return;
    }
    sample
        .set(Figure.STALL_P50_US, stalls.p50Nanos() / NANOS_PER_MICRO)
        .set(Figure.STALL_P99_US, stalls.p99Nanos() / NANOS_PER_MICRO)
        .set(Figure.STALL_P999_US, stalls.p999Nanos() / NANOS_PER_MICRO)
        .set(Figure.STALL_MAX_US, stalls.maxNanos() / NANOS_PER_MICRO);
  }

  /** Until the pool is full, the guest is not to notice how slow the sink is. */
  private static void watchPool(Turn turn, Snapshot snapshot) throws InterruptedException {
    String reason = "the pool did not get full";
    while (snapshot.await(LOOK) == null) {
      SnapshotStatus status = snapshot.status();
      if (status.state() != SnapshotState.SAVING
          || status.poolBytes() == 0
          || status.poolPeakBytes() < status.poolBytes()) {
        continue;
      }
      long nanos = System.nanoTime() - turn.guest().gate().closeNanos();
      long count = turn.guest().count() - turn.guest().countAtFreeze();
      turn.sample()
          .set(Figure.POOL_FULL_MS, nanos / NANOS_PER_MILLI)
          .set(Figure.SHARE_UNTIL_POOL_FULL, count / (turn.countsPerNano() * nanos));
      return;
    }
    turn.sample()
        .missing(Figure.POOL_FULL_MS, reason)
        .missing(Figure.SHARE_UNTIL_POOL_FULL, reason);
  }
}
