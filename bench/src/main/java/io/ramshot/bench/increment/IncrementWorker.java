package io.ramshot.bench.increment;

import io.ramshot.Guest;
import io.ramshot.SnapshotException;
import io.ramshot.SnapshotOptions;
import io.ramshot.SnapshotResult;
import io.ramshot.SnapshotState;
import io.ramshot.SnapshotStatus;
import io.ramshot.bench.figures.Figure;
import io.ramshot.bench.figures.Sample;
import io.ramshot.bench.figures.SampleText;
import io.ramshot.bench.worker.BenchLibrary;
import io.ramshot.bench.worker.MachineCpu;
import io.ramshot.bench.worker.RawMemory;
import io.ramshot.bench.worker.Worker;
import io.ramshot.image.BlockKind;
import io.ramshot.image.Image;
import io.ramshot.image.ImageBlock;
import io.ramshot.image.PageKind;
import io.ramshot.uffd.GuestMemory;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The main program of the JVM that holds one cell's guest: RAM, and nobody who writes to it while
 * it is saved.
 *
 * <p>Arguments: a folder for images, bytes of RAM, the pattern, and the share of pages written.
 * Input: {@code CONTENDER ROUND} a line, until it ends. Output: lines behind {@link Worker#PREFIX}.
 */
public final class IncrementWorker {
  private static final double NANOS_PER_MICRO = 1e3;
  private static final double NANOS_PER_MILLI = 1e6;
  private static final double NANOS_PER_SECOND = 1e9;
  private static final double BYTES_PER_MB = 1e6;
  private static final int PAGE_BYTES = 4096;

  private static final long WARM_UP_BYTES = 8L << 20;

  /** One in so many pages is read and compared, of those that were written and of all. */
  private static final int LOOK_WRITTEN = 97;

  private static final int LOOK = 997;

  private final Path folder;
  private final long bytes;
  private final Pattern pattern;
  private final double writtenShare;
  private final long address;
  private final Guest guest = new Guest();
  private Path full;
  private double fullBytes;
  private double fullMillis;

  private IncrementWorker(Path folder, long bytes, Pattern pattern, double writtenShare)
      throws IOException {
    this.folder = folder;
    this.bytes = bytes;
    this.pattern = pattern;
    this.writtenShare = writtenShare;
    address = BenchLibrary.check("allocating RAM", BenchLibrary.rb_ram_reserve(bytes));
    BenchLibrary.rb_ram_fill(address, bytes);
    guest.register("ram", BlockKind.ADDRESS, address, bytes, null);
  }

  public static void main(String[] arguments) throws Exception {
    IncrementWorker worker =
        new IncrementWorker(
            Path.of(arguments[0]),
            Long.parseLong(arguments[1]),
            Pattern.valueOf(arguments[2]),
            Double.parseDouble(arguments[3]));
    worker.warmUp();
    say(Worker.READY);
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line; (line = in.readLine()) != null; ) {
      String[] turn = line.split(" ");
      SampleText.lines(worker.take(turn[0], Integer.parseInt(turn[1])))
          .forEach(IncrementWorker::say);
      say(Worker.DONE);
    }
  }

  private static void say(String line) {
    System.out.println(Worker.PREFIX + line);
    System.out.flush();
  }

  /** Loads the classes: neither contender is to pay for what the first snapshot of a JVM does. */
  private void warmUp() throws Exception {
    IncrementWorker small = new IncrementWorker(folder, WARM_UP_BYTES, pattern, writtenShare);
    for (String contender : List.of(IncrementCatalogue.FULL, IncrementCatalogue.INCREMENT)) {
      Sample sample = small.take(contender, 0);
      if (sample.failure().isPresent()) {
        throw new IOException(sample.failure().get());
      }
    }
  }

  private Sample take(String contender, int round) {
    Sample sample = new Sample(contender, round);
    try {
      switch (contender) {
        case IncrementCatalogue.FULL_NO_HASHES -> {
          save(sample, SnapshotOptions.DEFAULTS.withHashes(false));
          Files.delete(file(sample));
        }
        case IncrementCatalogue.FULL -> full(sample);
        case IncrementCatalogue.INCREMENT -> increment(sample);
        default -> throw new IllegalArgumentException("there is no contender " + contender);
      }
    } catch (Exception e) {
      sample.failed(e.getMessage() != null ? e.getMessage() : e.toString());
    }
    return sample;
  }

  private Path file(Sample sample) {
    return folder.resolve(sample.contender() + "-" + sample.round() + ".ramshot");
  }

  private void full(Sample sample) throws Exception {
    if (full != null) {
      Files.deleteIfExists(full);
    }
    save(sample, SnapshotOptions.DEFAULTS);
    full = file(sample);
    fullBytes = sample.get(Figure.FILE_ALLOCATED_MB).getAsDouble();
    fullMillis = sample.get(Figure.TOTAL_MS).getAsDouble();
  }

  private void increment(Sample sample) throws Exception {
    if (full == null) {
      throw new IllegalStateException("there is no full image of this round");
    }
    long pages = bytes / PAGE_BYTES;
    long[] written = pattern.pages(pages, Math.round(pages * writtenShare), sample.round());
    for (long page : written) {
      RawMemory.increment(address + page * PAGE_BYTES);
    }
    try {
      save(sample, SnapshotOptions.DEFAULTS.withParent(full));
      sample
          .set(Figure.BYTES_RATIO, sample.get(Figure.FILE_ALLOCATED_MB).getAsDouble() / fullBytes)
          .set(Figure.TIME_RATIO, sample.get(Figure.TOTAL_MS).getAsDouble() / fullMillis);
      check(file(sample), written);
    } finally {
      Files.deleteIfExists(file(sample));
      Files.deleteIfExists(full);
      full = null;
    }
  }

  private void save(Sample sample, SnapshotOptions options)
      throws SnapshotException, InterruptedException, IOException {
    MachineCpu machine = MachineCpu.now();
    long cpu = BenchLibrary.rb_process_cpu();
    long start = System.nanoTime();
    SnapshotResult result = guest.snapshot(file(sample), options).await();
    double millis = (System.nanoTime() - start) / NANOS_PER_MILLI;
    cpu = BenchLibrary.rb_process_cpu() - cpu;
    if (result.state() != SnapshotState.COMPLETED) {
      throw new SnapshotException(result.state() + ": " + result.message());
    }
    SnapshotStatus status = result.status();
    sample
        .set(Figure.TOTAL_MS, millis)
        .set(Figure.WRITE_MS, status.savingNanos() / NANOS_PER_MILLI)
        .set(Figure.PAUSE_US, status.pause().totalNanos() / NANOS_PER_MICRO)
        .set(Figure.POOL_MB, status.poolBytes() / BYTES_PER_MB)
        .set(Figure.FILE_ALLOCATED_MB, result.allocatedBytes() / BYTES_PER_MB)
        .set(Figure.CPU_S, cpu / NANOS_PER_SECOND)
        .set(Figure.OTHERS_CPU, MachineCpu.now().othersSince(machine, cpu));
  }

  /** The chain gives back what RAM holds, and stores what was written and nothing else. */
  private void check(Path file, long[] written) throws IOException {
    try (Image image = Image.open(file)) {
      ImageBlock block = image.blocks().get(0);
      if (image.storedPages(block) != written.length) {
        throw new IOException(
            file + " stores " + image.storedPages(block) + " pages, not " + written.length);
      }
      for (int i = 0; i < written.length; i++) {
        if (image.pageKind(block, written[i]) != PageKind.STORED) {
          throw new IOException(
              file + " does not store page " + written[i] + ", which was written");
        }
        if (i % LOOK_WRITTEN == 0) {
          check(image, block, written[i]);
        }
      }
      for (long page = 0; page < bytes / PAGE_BYTES; page += LOOK) {
        check(image, block, page);
      }
    }
  }

  private void check(Image image, ImageBlock block, long page) throws IOException {
    ByteBuffer read = ByteBuffer.allocate(PAGE_BYTES);
    image.readPage(block, page, read);
    if (!read.flip().equals(GuestMemory.view(address + page * PAGE_BYTES, PAGE_BYTES))) {
      throw new IOException("page " + page + " is not in " + image.path() + " as it is in RAM");
    }
  }
}
