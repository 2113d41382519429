package io.ramshot.bench.increment;

import io.ramshot.bench.cell.CellSize;
import io.ramshot.bench.driver.ChildJvm;
import io.ramshot.bench.driver.Progress;
import io.ramshot.bench.driver.Suite;
import io.ramshot.bench.driver.SystemMemory;
import io.ramshot.bench.figures.Figure;
import io.ramshot.bench.figures.Results;
import io.ramshot.bench.figures.Sample;
import io.ramshot.bench.figures.SampleText;
import io.ramshot.bench.report.Pairs;
import io.ramshot.bench.worker.Worker;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Saves a guest whole, lets it write a little, and saves it again as an increment on that. */
public final class IncrementSuite implements Suite {
  private static final List<String> JVM_OPTIONS =
      List.of("-Xms128m", "-Xmx128m", "-XX:+UseSerialGC", "-XX:MaxDirectMemorySize=1g");

  /** What a cell takes in memory besides the guest's RAM: a pool, and a reserve; in bytes. */
  private static final long RESERVE = 2L << 30;

  /** RAM is filled and saved faster than this, in bytes a second, or something is wrong. */
  private static final double SLOWEST = 25e6;

  private static final Duration BASE_LIMIT = Duration.ofSeconds(60);

  private static final List<Figure> QUICK_FIGURES =
      List.of(
          Figure.TOTAL_MS,
          Figure.WRITE_MS,
          Figure.TIME_RATIO,
          Figure.FILE_ALLOCATED_MB,
          Figure.BYTES_RATIO,
          Figure.PAUSE_US,
          Figure.POOL_MB,
          Figure.CPU_S,
          Figure.OTHERS_CPU);

  private final Progress progress = new Progress();

  @Override
  public String name() {
    return "increments";
  }

  @Override
  public Map<String, String> cells() {
    Map<String, String> cells = new LinkedHashMap<>();
    IncrementCatalogue.full().forEach(cell -> cells.put(cell.name(), cell.description()));
    return cells;
  }

  @Override
  public List<Figure> quickFigures() {
    return QUICK_FIGURES;
  }

  @Override
  public String line(Results results) {
    String scattered = IncrementCatalogue.SCATTERED;
    String clustered = IncrementCatalogue.CLUSTERED;
    String full = IncrementCatalogue.FULL;
    String increment = IncrementCatalogue.INCREMENT;
    return new Pairs(results)
        .add("increment_bytes_ratio", scattered, increment, Figure.BYTES_RATIO)
        .add("increment_time_ratio", scattered, increment, Figure.TIME_RATIO)
        .add("increment_bytes_ratio_clustered", clustered, increment, Figure.BYTES_RATIO)
        .add("increment_time_ratio_clustered", clustered, increment, Figure.TIME_RATIO)
        .add("increment_mb", scattered, increment, Figure.FILE_ALLOCATED_MB)
        .add("full_mb", scattered, full, Figure.FILE_ALLOCATED_MB)
        .add("increment_ms", scattered, increment, Figure.TOTAL_MS)
        .add("full_ms", scattered, full, Figure.TOTAL_MS)
        .add("increment_write_ms", scattered, increment, Figure.WRITE_MS)
        .add("full_write_ms", scattered, full, Figure.WRITE_MS)
        .add("increment_pause_us", scattered, increment, Figure.PAUSE_US)
        .add("full_pause_us", scattered, full, Figure.PAUSE_US)
        .add("others_cpu", scattered, increment, Figure.OTHERS_CPU)
        .toString();
  }

  @Override
  public void run(Request request, Results results) throws IOException, InterruptedException {
    for (IncrementCell cell :
        request.quick() ? IncrementCatalogue.quick() : IncrementCatalogue.full()) {
      if (request.wants(cell.name())) {
        run(
            request.rounds() == 0 ? cell : cell.withRounds(request.rounds()),
            request.images(),
            results);
      }
    }
  }

  void run(IncrementCell cell, Path images, Results results) throws IOException {
    results.cell(cell.name(), cell.description(), IncrementCatalogue.FULL);
    Optional<String> shortage = shortage(cell, images);
    if (shortage.isPresent()) {
      results.note(cell.name() + " is left out: " + shortage.get());
      return;
    }
    progress.say("%s: %s", cell.name(), cell.description());
    List<String> arguments =
        List.of(
            images.toString(),
            Long.toString(cell.ramBytes()),
            cell.pattern().name(),
            Double.toString(cell.writtenShare()));
    Duration limit = BASE_LIMIT.plusSeconds((long) (cell.ramBytes() / SLOWEST));
    Sample sample = new Sample(IncrementCatalogue.FULL, 1);
    try (ChildJvm jvm = new ChildJvm(JVM_OPTIONS, IncrementWorker.class, arguments, limit)) {
      jvm.await("start", Worker.READY);
      for (int round = 1; round <= cell.rounds(); round++) {
        for (String contender : cell.contenders()) {
          sample = new Sample(contender, round);
          jvm.send(contender + " " + round);
          for (String line : jvm.await(contender, Worker.DONE)) {
            SampleText.take(sample, line);
          }
          results.add(cell.name(), sample);
          say(sample);
        }
      }
    } catch (IOException e) {
      results.add(cell.name(), sample.failed(e.getMessage()));
      say(sample);
    }
  }

  /** Why this machine cannot; images are a full one, and an increment of nearly nothing. */
  private static Optional<String> shortage(IncrementCell cell, Path images) throws IOException {
    long disk = (long) (cell.ramBytes() * (1.1 + cell.writtenShare()));
    long usable = images.toFile().getUsableSpace();
    if (usable < disk) {
      return Optional.of(
          String.format(
              Locale.ROOT,
              "it takes %s in %s, which has %s left: give --dir on a larger disk",
              CellSize.text(disk),
              images,
              CellSize.text(usable)));
    }
    return SystemMemory.shortage(cell.ramBytes() + RESERVE);
  }

  private void say(Sample sample) {
    if (sample.failure().isPresent()) {
      progress.say(
          "  %d %-16s FAILED: %s", sample.round(), sample.contender(), sample.failure().get());
      return;
    }
    progress.say(
        "  %d %-16s %.0f ms, %.1f MB",
        sample.round(),
        sample.contender(),
        sample.get(Figure.TOTAL_MS).orElse(Double.NaN),
        sample.get(Figure.FILE_ALLOCATED_MB).orElse(Double.NaN));
  }
}
