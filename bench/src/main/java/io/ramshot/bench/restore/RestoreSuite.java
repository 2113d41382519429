package io.ramshot.bench.restore;

import io.ramshot.bench.driver.ChildJvm;
import io.ramshot.bench.driver.Progress;
import io.ramshot.bench.driver.Suite;
import io.ramshot.bench.driver.SystemMemory;
import io.ramshot.bench.figures.Figure;
import io.ramshot.bench.figures.Results;
import io.ramshot.bench.figures.Sample;
import io.ramshot.bench.figures.SampleText;
import io.ramshot.bench.figures.Summary;
import io.ramshot.bench.qemu.QemuIncoming;
import io.ramshot.bench.worker.Worker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Restores the same image by ramshot and by what else there is, turn by turn. */
public final class RestoreSuite implements Suite {
  static final List<String> JVM_OPTIONS =
      List.of("-Xms128m", "-Xmx128m", "-XX:+UseSerialGC", "-XX:MaxDirectMemorySize=1g");

  /** What a turn takes in memory besides the guest's RAM, in bytes. */
  private static final long RESERVE = 1L << 30;

  /** RAM is read faster than this, in bytes a second, or something is wrong. */
  private static final double SLOWEST = 50e6;

  private static final Duration BASE_LIMIT = Duration.ofSeconds(60);

  /** No turn of a quick run beyond the first round begins later, in s. */
  private static final double QUICK_SECONDS = 75;

  private static final List<Figure> QUICK_FIGURES =
      List.of(
          Figure.FIRST_ACCESS_MS,
          Figure.FIRST_QUANTUM_MS,
          Figure.OPEN_MS,
          Figure.ALL_MS,
          Figure.TIDY_MS,
          Figure.MB_S,
          Figure.DISK_SHARE,
          Figure.MEANWHILE_SHARE,
          Figure.LOST_MS,
          Figure.FAULT_MB,
          Figure.STALLS,
          Figure.STALL_P50_US,
          Figure.STALL_P99_US,
          Figure.STALL_MAX_US,
          Figure.WAITS,
          Figure.WAIT_P50_US,
          Figure.WAIT_P99_US,
          Figure.WAIT_MAX_US,
          Figure.WAIT_AFTER_MAX_US,
          Figure.AFTER_MOPS,
          Figure.HUGE_AFTER,
          Figure.CACHED_SHARE,
          Figure.CPU_S,
          Figure.OTHERS_CPU);

  private final Progress progress = new Progress();
  private final Map<Long, Path> qemuFiles = new LinkedHashMap<>();

  @Override
  public String name() {
    return "restore";
  }

  @Override
  public Map<String, String> cells() {
    Map<String, String> cells = new LinkedHashMap<>();
    RestoreCatalogue.full().forEach(cell -> cells.put(cell.name(), cell.description()));
    return cells;
  }

  @Override
  public List<Figure> quickFigures() {
    return QUICK_FIGURES;
  }

  @Override
  public String line(Results results) {
    return RestoreLine.of(results);
  }

  @Override
  public void run(Request request, Results results) throws IOException, InterruptedException {
    List<RestoreCell> cells =
        (request.quick() ? RestoreCatalogue.quick() : RestoreCatalogue.full())
            .stream()
                .filter(cell -> request.wants(cell.name()))
                .map(cell -> request.rounds() == 0 ? cell : cell.withRounds(request.rounds()))
                .toList();
    KeptImages images = new KeptImages(request.kept(), text -> progress.say("%s", text));
    if (request.quick()) {
      interleave(cells, images, request, results);
    } else {
      for (RestoreCell cell : cells) {
        interleave(List.of(cell), images, request, results);
      }
      keepOnlyWhatQuickRunsUse(images);
    }
    progress.say("images for later runs are kept: delete %s when there are none", request.kept());
  }

  private static void keepOnlyWhatQuickRunsUse(KeptImages images) throws IOException {
    List<Long> kept = RestoreCatalogue.quick().stream().map(RestoreCell::ramBytes).toList();
    for (RestoreCell cell : RestoreCatalogue.full()) {
      if (!kept.contains(cell.ramBytes())) {
        images.delete(cell.ramBytes());
      }
    }
  }

  /** Cells at once, turn by turn, so that a time limit cuts all of them alike. */
  void interleave(List<RestoreCell> wanted, KeptImages images, Request request, Results results)
      throws IOException, InterruptedException {
    Map<RestoreCell, Path> files = new LinkedHashMap<>();
    for (RestoreCell cell : wanted) {
      results.cell(cell.name(), cell.description(), RestoreCatalogue.BASE);
      Optional<String> shortage = shortage(cell, images);
      if (shortage.isPresent()) {
        results.note(cell.name() + " is left out: " + shortage.get());
        continue;
      }
      files.put(cell, images.of(cell.ramBytes()));
    }
    Path small = images.of(KeptImages.SMALL_BYTES);
    /* Making images does not count: later runs find them. */
    double deadline = request.quick() ? progress.seconds() + QUICK_SECONDS : Double.MAX_VALUE;
    int rounds = files.keySet().stream().mapToInt(RestoreCell::rounds).max().orElse(0);
    for (int round = 1; round <= rounds; round++) {
      for (Map.Entry<RestoreCell, Path> entry : files.entrySet()) {
        RestoreCell cell = entry.getKey();
        if (round <= cell.rounds()) {
          if (round > 1 && progress.seconds() > deadline) {
            results.note(cell.name() + ": rounds from " + round + " on are left out: time is up");
          } else {
            round(cell, entry.getValue(), small, round, request, results);
          }
        }
      }
    }
    shareOfTheDisk(wanted, results);
  }

  private static Optional<String> shortage(RestoreCell cell, KeptImages images) throws IOException {
    Optional<String> image = images.shortage(cell.ramBytes());
    if (image.isPresent() || cell.quantumOnly()) {
      return image;
    }
    return SystemMemory.shortage(cell.ramBytes() * (cell.cached() ? 2 : 1) + RESERVE);
  }

  private void round(
      RestoreCell cell, Path image, Path small, int round, Request request, Results results)
      throws IOException, InterruptedException {
    for (String contender : cell.contenders()) {
      if (round > 1 && !cell.inEachRound().contains(contender)) {
        continue;
      }
      Sample sample;
      try {
        sample =
            contender.equals(RestoreCatalogue.QEMU)
                ? qemu(cell, round, request, results)
                : turn(cell, contender, image, small, round);
      } catch (IOException e) {
        sample = new Sample(contender, round).failed(String.valueOf(e.getMessage()));
      }
      if (sample != null) {
        results.add(cell.name(), sample);
        say(cell, sample);
      }
    }
  }

  private static Sample turn(RestoreCell cell, String contender, Path image, Path small, int round)
      throws IOException {
    TurnPlan plan =
        new TurnPlan(
            contender, image, small, cell.ramBytes(), cell.cached(), cell.quantumOnly(), round);
    Sample sample = new Sample(contender, round);
    Duration limit = BASE_LIMIT.plusSeconds((long) (cell.ramBytes() / SLOWEST));
    try (ChildJvm jvm = new ChildJvm(JVM_OPTIONS, RestoreTurn.class, plan.words(), limit)) {
      jvm.await(contender, Worker.DONE).forEach(line -> SampleText.take(sample, line));
    }
    return sample;
  }

  /** Null where QEMU cannot take part: then a note says why. */
  private Sample qemu(RestoreCell cell, int round, Request request, Results results)
      throws IOException, InterruptedException {
    Optional<String> unavailable = QemuIncoming.unavailable(cell.ramBytes());
    if (unavailable.isPresent()) {
      results.note("qemu is left out of " + cell.name() + ": " + unavailable.get());
      return null;
    }
    QemuIncoming qemu = new QemuIncoming(request.images());
    Path file = qemuFiles.get(cell.ramBytes());
    if (file == null) {
      for (Path old : qemuFiles.values()) {
        Files.deleteIfExists(old);
      }
      qemuFiles.clear();
      file = request.images().resolve("qemu-" + (cell.ramBytes() >> 20) + "m.img");
      progress.say("having QEMU save a guest of the same RAM");
      qemu.save(cell.ramBytes(), file);
      qemuFiles.put(cell.ramBytes(), file);
    }
    if (cell.cached()) {
      PageCache.fill(file);
    } else {
      PageCache.drop(file);
    }
    double share = PageCache.share(file);
    return qemu.load(cell.ramBytes(), file, round).set(Figure.CACHED_SHARE, share);
  }

  private void say(RestoreCell cell, Sample sample) {
    if (sample.failure().isPresent()) {
      progress.say(
          "  %d %-20s %-12s FAILED: %s",
          sample.round(), cell.name(), sample.contender(), sample.failure().get());
      return;
    }
    progress.say(
        "  %d %-20s %-12s first quantum %s ms, all %s ms, %s MB/s, waits p99 %s us",
        sample.round(),
        cell.name(),
        sample.contender(),
        text(sample, Figure.FIRST_QUANTUM_MS, 1),
        text(sample, Figure.ALL_MS, 0),
        text(sample, Figure.MB_S, 0),
        text(sample, Figure.WAIT_P99_US, 0));
  }

  private static String text(Sample sample, Figure figure, int decimals) {
    return sample.get(figure).isPresent()
        ? String.format(Locale.ROOT, "%." + decimals + "f", sample.get(figure).getAsDouble())
        : "-";
  }

  /** Against the median of the disk's turns, each of which is its best of four. */
  private static void shareOfTheDisk(List<RestoreCell> cells, Results results) {
    for (RestoreCell cell : cells) {
      Summary disk = results.summary(cell.name(), RestoreCatalogue.DISK, Figure.MB_S);
      for (Sample sample : results.samples(cell.name())) {
        if (disk.present() && !sample.contender().equals(RestoreCatalogue.DISK)) {
          sample
              .get(Figure.MB_S)
              .ifPresent(rate -> sample.set(Figure.DISK_SHARE, rate / disk.median()));
        }
      }
    }
  }
}
