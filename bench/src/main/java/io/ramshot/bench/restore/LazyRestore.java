package io.ramshot.bench.restore;

import io.ramshot.Guest;
import io.ramshot.RestoreOptions;
import io.ramshot.RestoreStatus;
import io.ramshot.RestoredRam;
import io.ramshot.Stalls;
import io.ramshot.Vcpus;
import io.ramshot.bench.figures.Figure;
import io.ramshot.bench.figures.Sample;
import io.ramshot.bench.worker.BenchLibrary;
import io.ramshot.image.BlockKind;
import io.ramshot.image.Image;
import io.ramshot.image.ImageException;
import java.nio.file.Path;
import java.time.Duration;

/** ramshot's restore that lets the guest run at once, while RAM is still in the image. */
final class LazyRestore implements Loader {
  private static final double NANOS_PER_MICRO = 1e3;
  private static final double NANOS_PER_MILLI = 1e6;
  private static final double BYTES_PER_MB = 1e6;

  private final Path file;
  private final long bytes;
  private long openNanos;
  private long thereNanos;
  private long tidyNanos;
  private Image image;
  private RestoredRam ram;

  LazyRestore(Path file, long bytes) {
    this.file = file;
    this.bytes = bytes;
  }

  @Override
  public void open() throws ImageException {
    long start = System.nanoTime();
    image = Image.open(file);
    openNanos = System.nanoTime() - start;
  }

  @Override
  public long load() throws Exception {
    long address = BenchLibrary.check("allocating RAM", BenchLibrary.rb_ram_reserve(bytes));
    Guest guest = new Guest();
    guest.vcpus(Vcpus.STOPPED);
    guest.register(RamRegion.BLOCK, BlockKind.ADDRESS, address, bytes, null);
    ram = guest.restore(image, RestoreOptions.DEFAULTS.withLazy(true));
    image.close();
    RestoreStatus status = ram.status();
    if (!status.lazy()) {
      throw new IllegalStateException(
          "this machine restores nothing lazily: " + String.join(", ", status.eager()));
    }
    return address;
  }

  @Override
  public boolean lazy() {
    return true;
  }

  @Override
  public void awaitAll() throws InterruptedException {
    while (true) {
      RestoreStatus status = ram.status();
      if (status.presentBytes() >= status.totalBytes()) {
        thereNanos = System.nanoTime();
        return;
      }
      Thread.sleep(1);
    }
  }

  /** Until RAM is on huge pages again. */
  @Override
  public void settle() throws InterruptedException {
    while (!ram.await(Duration.ofSeconds(1))) {
      continue;
    }
    tidyNanos = System.nanoTime() - thereNanos;
  }

  @Override
  public boolean settlesAnyway() {
    return true;
  }

  @Override
  public void tell(Sample sample) {
    RestoreStatus status = ram.status();
    Stalls stalls = status.stalls();
    sample
        .set(Figure.OPEN_MS, openNanos / NANOS_PER_MILLI)
        .set(Figure.STALLS, status.faults())
        .set(Figure.FAULT_MB, status.faultBytes() / BYTES_PER_MB);
    if (tidyNanos > 0) {
      sample.set(Figure.TIDY_MS, tidyNanos / NANOS_PER_MILLI);
    }
    if (stalls.count() > 0) {
      sample
          .set(Figure.STALL_P50_US, stalls.p50Nanos() / NANOS_PER_MICRO)
          .set(Figure.STALL_P99_US, stalls.p99Nanos() / NANOS_PER_MICRO)
          .set(Figure.STALL_P999_US, stalls.p999Nanos() / NANOS_PER_MICRO)
          .set(Figure.STALL_MAX_US, stalls.maxNanos() / NANOS_PER_MICRO);
    }
  }
}
