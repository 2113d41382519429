package io.ramshot.bench.restore;

import io.ramshot.bench.figures.Figure;
import io.ramshot.bench.figures.Sample;
import io.ramshot.bench.figures.SampleText;
import io.ramshot.bench.worker.BenchLibrary;
import io.ramshot.bench.worker.HugePages;
import io.ramshot.bench.worker.MachineCpu;
import io.ramshot.bench.worker.Worker;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * The main program of a JVM that restores one guest, once: so all memory is fresh, and gone
 * afterwards.
 *
 * <p>Arguments: those of a {@link TurnPlan}. Output: lines behind {@link Worker#PREFIX}.
 */
public final class RestoreTurn {
  private static final double NANOS_PER_MICRO = 1e3;
  private static final double NANOS_PER_MILLI = 1e6;
  private static final double NANOS_PER_SECOND = 1e9;
  private static final long PRACTICE_BYTES = 4L << 20;

  /** Long enough for the compilers, in ms. */
  private static final long WARM_UP_MILLIS = 400;

  private static final long AFTER_MILLIS = 400;
  private static final int PAGE_BYTES = 4096;

  /** What {@code disk} tries: the best counts. */
  private static final int[] DEPTHS = {1, 2, 4, 8};

  /** More says no more about a disk, in bytes. */
  private static final long ENOUGH = 4L << 30;

  private static final long READ_BYTES = 2L << 20;

  private final TurnPlan plan;
  private final Sample sample;

  private RestoreTurn(TurnPlan plan) {
    this.plan = plan;
    sample = new Sample(plan.contender(), plan.round());
  }

  public static void main(String[] arguments) {
    TurnPlan plan = TurnPlan.parse(List.of(arguments));
    RestoreTurn turn = new RestoreTurn(plan);
    try {
      if (plan.contender().equals(RestoreCatalogue.DISK)) {
        turn.disk();
      } else {
        turn.restore();
      }
    } catch (Exception e) {
      turn.sample.failed(e.getMessage() != null ? e.getMessage() : e.toString());
    }
    SampleText.lines(turn.sample).forEach(RestoreTurn::say);
    say(Worker.DONE);
    Runtime.getRuntime().halt(0); /* the guest may wait for a page, for a long time */
  }

  private static void say(String line) {
    System.out.println(Worker.PREFIX + line);
    System.out.flush();
  }

  /** What the disk gives, with nothing to do but to take it. */
  private void disk() throws IOException {
    RamRegion region = RamRegion.of(plan.image());
    PageCache.drop(plan.image());
    long bytes = Math.min(ENOUGH, region.bytes());
    int most = DEPTHS[DEPTHS.length - 1];
    long buffers = BenchLibrary.check("allocating", BenchLibrary.rb_ram_reserve(most * READ_BYTES));
    BenchLibrary.check("touching", BenchLibrary.rb_ram_touch(buffers, most * READ_BYTES));
    MachineCpu machine = MachineCpu.now();
    long cpu = BenchLibrary.rb_process_cpu();
    double best = 0;
    for (int depth : DEPTHS) {
      long[] nanos = new long[1];
      String file = region.file().toString();
      BenchLibrary.check(
          "reading " + file,
          BenchLibrary.rb_load(
              file, region.offset(), buffers, bytes, BenchLibrary.LOAD_DISK, depth, nanos));
      best = Math.max(best, bytes * NANOS_PER_MICRO / nanos[0]);
    }
    sample
        .set(Figure.MB_S, best)
        .set(
            Figure.OTHERS_CPU,
            MachineCpu.now().othersSince(machine, BenchLibrary.rb_process_cpu() - cpu));
  }

  private void restore() throws Exception {
    long practice = BenchLibrary.check("allocating", BenchLibrary.rb_ram_reserve(PRACTICE_BYTES));
    BenchLibrary.check("touching", BenchLibrary.rb_ram_touch(practice, PRACTICE_BYTES));
    RestoringGuest guest = new RestoringGuest(practice, PRACTICE_BYTES / PAGE_BYTES, plan.round());
    guest.warmUp(WARM_UP_MILLIS);
    Path file = plan.image();
    if (!plan.contender().endsWith(RestoreCatalogue.FIRST_IN_JVM)) {
      loadClasses();
    }
    if (plan.cached()) {
      PageCache.fill(file);
    } else {
      PageCache.drop(file);
    }
    sample.set(Figure.CACHED_SHARE, PageCache.share(file));

    Loader loader = loader(plan.image(), plan.ramBytes());
    loader.open();
    MachineCpu machine = MachineCpu.now();
    long cpu = BenchLibrary.rb_process_cpu();
    long start = System.nanoTime();
    long address = loader.load();
    long all = System.nanoTime();
    guest.give(address, plan.ramBytes());
    guest.awaitFirstQuantum();
    sample
        .set(Figure.FIRST_ACCESS_MS, (guest.firstAccessNanos() - start) / NANOS_PER_MILLI)
        .set(Figure.FIRST_QUANTUM_MS, (guest.firstQuantumNanos() - start) / NANOS_PER_MILLI);
    if (plan.quantumOnly()) {
      cpu = BenchLibrary.rb_process_cpu() - cpu;
      sample.set(Figure.OTHERS_CPU, MachineCpu.now().othersSince(machine, cpu));
      loader.tell(sample);
      checkFirstPages(address);
      return;
    }
    loader.awaitAll();
    all = loader.lazy() ? System.nanoTime() : all;
    long count = loader.lazy() ? guest.count() : 0;
    Histogram waits = guest.takeWaits();
    cpu = BenchLibrary.rb_process_cpu() - cpu;
    sample
        .set(Figure.CPU_S, cpu / NANOS_PER_SECOND)
        .set(Figure.OTHERS_CPU, MachineCpu.now().othersSince(machine, cpu))
        .set(Figure.ALL_MS, (all - start) / NANOS_PER_MILLI)
        .set(Figure.MB_S, plan.ramBytes() * NANOS_PER_MICRO / (all - start));
    loader.settle();
    long end = loader.settlesAnyway() ? System.nanoTime() : all;
    long endCount = loader.settlesAnyway() ? guest.count() : count;
    guest.takeWaits();
    double speed = speed(guest);
    Histogram afterwards = guest.takeWaits();
    guest.end();
    sample.set(Figure.WAIT_AFTER_MAX_US, afterwards.getMaxValue() / NANOS_PER_MICRO);
    sample
        .set(Figure.AFTER_MOPS, speed * NANOS_PER_MICRO)
        .set(Figure.LOST_MS, (end - start - endCount / speed) / NANOS_PER_MILLI);
    if (loader.lazy()) {
      sample.set(Figure.MEANWHILE_SHARE, count / (speed * (all - guest.firstAccessNanos())));
      waits(waits);
    } else {
      noWaits();
    }
    loader.tell(sample);
    sample.set(
        Figure.HUGE_AFTER,
        (double) HugePages.bytes(address, address + plan.ramBytes()) / plan.ramBytes());
    check(address, plan.ramBytes(), 0);
  }

  private Loader loader(Path image, long bytes) throws IOException {
    return switch (plan.contender()) {
      case RestoreCatalogue.BASE, RestoreCatalogue.BASE + RestoreCatalogue.FIRST_IN_JVM ->
          new LazyRestore(image, bytes);
      case "eager" -> new EagerRestore(image, bytes);
      case "read" -> new PlainRead(RamRegion.of(image), false);
      case "read-direct" -> new PlainRead(RamRegion.of(image), true);
      case "mmap" -> new MappedFile(RamRegion.of(image));
      default -> throw new IllegalArgumentException("there is no contender " + plan.contender());
    };
  }

  /** A JVM's first restore is of a small guest: later ones show what a restore costs. */
  private void loadClasses() throws Exception {
    Loader small = loader(plan.small(), KeptImages.SMALL_BYTES);
    small.open();
    small.load();
    small.awaitAll();
    small.settle();
    small.tell(new Sample(plan.contender(), 0));
  }

  /** The guest's, in accesses per ns, with all of its RAM there. */
  private static double speed(RestoringGuest guest) throws InterruptedException {
    long start = System.nanoTime();
    long count = guest.count();
    Thread.sleep(AFTER_MILLIS);
    return (double) (guest.count() - count) / (System.nanoTime() - start);
  }

  private void noWaits() {
    for (Figure figure :
        new Figure[] {
          Figure.MEANWHILE_SHARE,
          Figure.WAITS,
          Figure.WAIT_P50_US,
          Figure.WAIT_P99_US,
          Figure.WAIT_MAX_US
        }) {
      sample.missing(figure, "all of RAM was there when the guest began");
    }
  }

  private void waits(Histogram waits) {
    sample.set(Figure.WAITS, waits.getTotalCount());
    if (waits.getTotalCount() == 0) {
      for (Figure figure :
          new Figure[] {Figure.WAIT_P50_US, Figure.WAIT_P99_US, Figure.WAIT_MAX_US}) {
        sample.missing(figure, "no access took longer than 2 us");
      }
      return;
    }
    sample
        .set(Figure.WAIT_P50_US, waits.getValueAtPercentile(50) / NANOS_PER_MICRO)
        .set(Figure.WAIT_P99_US, waits.getValueAtPercentile(99) / NANOS_PER_MICRO)
        .set(Figure.WAIT_MAX_US, waits.getMaxValue() / NANOS_PER_MICRO);
  }

  private void checkFirstPages(long address) {
    long pages = plan.ramBytes() / PAGE_BYTES;
    for (long page : RestoringGuest.firstPages(plan.round(), pages)) {
      check(address + page * PAGE_BYTES, PAGE_BYTES, page);
    }
  }

  private void check(long address, long bytes, long firstPage) {
    long wrong = BenchLibrary.rb_ram_wrong(address, bytes, firstPage);
    if (wrong > 0) {
      sample.failed(
          wrong
              + " pages are not as they were when the image was made: is "
              + plan.image()
              + " damaged? Delete it, and the next run makes another");
    }
  }
}
