package io.ramshot.bench.restore;

import io.ramshot.Guest;
import io.ramshot.Vcpus;
import io.ramshot.bench.figures.Figure;
import io.ramshot.bench.figures.Sample;
import io.ramshot.bench.worker.BenchLibrary;
import io.ramshot.image.BlockKind;
import io.ramshot.image.Image;
import io.ramshot.image.ImageException;
import java.nio.file.Path;

/** ramshot's restore that reads and checks everything before the guest runs. */
final class EagerRestore implements Loader {
  private static final double NANOS_PER_MILLI = 1e6;

  private final Path file;
  private final long bytes;
  private long openNanos;
  private Image image;

  EagerRestore(Path file, long bytes) {
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
    guest.restore(image);
    image.close();
    return address;
  }

  @Override
  public void tell(Sample sample) {
    sample.set(Figure.OPEN_MS, openNanos / NANOS_PER_MILLI);
  }
}
