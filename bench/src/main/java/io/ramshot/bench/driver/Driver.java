package io.ramshot.bench.driver;

import io.ramshot.bench.cell.Cell;
import io.ramshot.bench.cell.CellSize;
import io.ramshot.bench.cell.OutsideContender;
import io.ramshot.bench.figures.Figure;
import io.ramshot.bench.figures.Results;
import io.ramshot.bench.figures.Sample;
import io.ramshot.bench.figures.Summary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Predicate;

/** Gives every contender of a cell its turn, round after round, and collects what comes of it. */
public final class Driver {

  /** What a cell takes beside guest RAM: a pool of a quarter of what is left, and a reserve. */
  private static final double MEMORY_FACTOR = 1.25;

  private static final long MEMORY_RESERVE = 1L << 30;

  private static final String DISK = "disk";
  private static final List<String> REFERENCES = List.of(DISK, "memcpy");

  private final Folders folders;
  private final Results results;
  private final List<OutsideContender> outside = new ArrayList<>();
  private final Progress progress = new Progress();
  private double deadlineSeconds = Double.MAX_VALUE;

  public Driver(Folders folders, Results results) {
    this.folders = folders;
    this.results = results;
    ServiceLoader.load(OutsideContender.class).forEach(outside::add);
  }

  /** From then on, in s after the start, there are no turns beyond the first round. */
  public void limit(double seconds) {
    deadlineSeconds = seconds;
  }

  /**
   * Cells at once, turn by turn, so that a time limit cuts all of them alike.
   *
   * @param everybody whether contenders from outside take part
   * @param inEachRound whether a contender has its turn in rounds beyond the first
   */
  public void run(List<Cell> cells, boolean everybody, Predicate<String> inEachRound)
      throws InterruptedException {
    List<WorkerProcess> workers = new ArrayList<>();
    try {
      for (Cell cell : cells) {
        results.cell(cell.name(), CellSize.describe(cell));
        start(cell).ifPresent(workers::add);
      }
      for (WorkerProcess worker : List.copyOf(workers)) {
        if (!ready(worker)) {
          workers.remove(worker);
        }
      }
      int rounds = cells.stream().mapToInt(Cell::rounds).max().orElse(0);
      for (int round = 1; round <= rounds; round++) {
        for (WorkerProcess worker : List.copyOf(workers)) {
          if (round <= worker.cell().rounds() && !round(worker, round, everybody, inEachRound)) {
            workers.remove(worker);
            worker.close();
          }
        }
      }
    } finally {
      workers.forEach(WorkerProcess::close);
    }
    shareOfTheLimit(cells);
  }

  /** Something else than a cell. */
  public void run(Study study, int rounds) throws InterruptedException {
    progress.say("%s: %s", study.name(), study.description());
    try {
      study.run(results, rounds);
    } catch (IOException e) {
      results.add(study.name(), new Sample("ramshot", 1).failed(e.getMessage()));
      progress.say("%s: %s", study.name(), e.getMessage());
    }
  }

  private Optional<WorkerProcess> start(Cell cell) {
    try {
      long available = available();
      if (available < cell.ramBytes() * MEMORY_FACTOR + MEMORY_RESERVE) {
        results.note(
            cell.name()
                + " is left out: it takes "
                + CellSize.text((long) (cell.ramBytes() * MEMORY_FACTOR + MEMORY_RESERVE))
                + " of memory and "
                + CellSize.text(available)
                + " are free");
        return Optional.empty();
      }
      progress.say("%s: %s", cell.name(), CellSize.describe(cell));
      return Optional.of(WorkerProcess.start(cell, folders.images(cell.sink()), folders.logs()));
    } catch (IOException e) {
      fail(cell, e);
      return Optional.empty();
    }
  }

  private boolean ready(WorkerProcess worker) {
    try {
      worker.awaitReady();
      return true;
    } catch (IOException e) {
      worker.close();
      fail(worker.cell(), e);
      return false;
    }
  }

  private void fail(Cell cell, IOException reason) {
    results.add(cell.name(), new Sample("ramshot", 1).failed(reason.getMessage()));
    progress.say("%s: %s", cell.name(), reason.getMessage());
  }

  /** False if the guest's JVM is gone. */
  private boolean round(
      WorkerProcess worker, int round, boolean everybody, Predicate<String> inEachRound)
      throws InterruptedException {
    Cell cell = worker.cell();
    for (String contender : cell.contenders()) {
      if (round > 1 && !inEachRound.test(contender)) {
        continue;
      }
      if (round > 1 && progress.seconds() > deadlineSeconds) {
        results.note(
            String.format(
                "%s: turns from round %d, %s, on are left out: the time is up",
                cell.name(), round, contender));
        return true;
      }
      try {
        add(cell, worker.turn(contender, round));
      } catch (IOException e) {
        add(cell, new Sample(contender, round).failed(e.getMessage()));
        return false;
      }
    }
    if (everybody) {
      outsideTurns(cell, round);
    }
    return true;
  }

  private void outsideTurns(Cell cell, int round) throws InterruptedException {
    for (OutsideContender contender : outside) {
      if (!contender.takesPartIn(cell)) {
        continue;
      }
      Optional<String> unavailable = contender.unavailable();
      if (unavailable.isPresent()) {
        results.note(contender.name() + " is left out: " + unavailable.get());
        continue;
      }
      try {
        add(cell, contender.round(cell, round, folders.images(cell.sink())));
      } catch (IOException | RuntimeException e) {
        add(cell, new Sample(contender.name(), round).failed(String.valueOf(e.getMessage())));
      }
    }
  }

  private void add(Cell cell, Sample sample) {
    results.add(cell.name(), sample);
    if (sample.failure().isPresent()) {
      progress.say(
          "  %d %-22s FAILED: %s", sample.round(), sample.contender(), sample.failure().get());
      return;
    }
    progress.say(
        "  %d %-22s pause %s us, share %s, lost %s ms/GiB, %s MB/s",
        sample.round(),
        sample.contender(),
        text(sample, Figure.PAUSE_US, 0),
        text(sample, Figure.GUEST_SHARE, 3),
        text(sample, Figure.LOST_MS_PER_GIB, 0),
        text(sample, Figure.MB_S, 0));
  }

  private static String text(Sample sample, Figure figure, int decimals) {
    return sample.get(figure).isPresent()
        ? String.format(Locale.ROOT, "%." + decimals + "f", sample.get(figure).getAsDouble())
        : "-";
  }

  /** Against the disk's median, not its turn in the same round: single turns scatter. */
  private void shareOfTheLimit(List<Cell> cells) {
    for (Cell cell : cells) {
      Summary limit = results.summary(cell.name(), DISK, Figure.MB_S);
      if (!limit.present()) {
        limit = results.summary(cells.get(0).name(), DISK, Figure.MB_S);
      }
      for (Sample sample : results.samples(cell.name())) {
        if (limit.present() && !REFERENCES.contains(sample.contender())) {
          double disk = limit.median();
          sample.get(Figure.MB_S).ifPresent(rate -> sample.set(Figure.DISK_SHARE, rate / disk));
        }
      }
    }
  }

  private static long available() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/meminfo"))) {
      if (line.startsWith("MemAvailable:")) {
        return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
      }
    }
    throw new IOException("/proc/meminfo has no MemAvailable: Linux 3.14 is needed");
  }
}
