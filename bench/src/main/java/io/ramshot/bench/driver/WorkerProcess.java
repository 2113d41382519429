package io.ramshot.bench.driver;

import io.ramshot.bench.cell.Cell;
import io.ramshot.bench.cell.CellText;
import io.ramshot.bench.cell.HostJvm;
import io.ramshot.bench.figures.Sample;
import io.ramshot.bench.figures.SampleText;
import io.ramshot.bench.worker.Worker;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** One cell's guest in a JVM of its own. */
final class WorkerProcess implements AutoCloseable {

  /** For whatever does not depend on the amount of RAM. */
  private static final Duration BASE_LIMIT = Duration.ofSeconds(60);

  /** RAM is populated and saved faster than this, in bytes a second, or something is wrong. */
  private static final double SLOWEST = 100e6;

  private final Cell cell;
  private final ChildJvm jvm;

  private WorkerProcess(Cell cell, ChildJvm jvm) {
    this.cell = cell;
    this.jvm = jvm;
  }

  /**
   * Starts it; {@link #awaitReady} must follow.
   *
   * @param images folder for the files that contenders make
   * @param logs folder for its log
   */
  static WorkerProcess start(Cell cell, Path images, Path logs) throws IOException {
    Path log =
        logs.resolve(cell.name() + (cell.jvm().ramOnHeap() ? "-on" : "") + ".safepoints.log");
    List<String> options = options(cell.jvm());
    options.add(Worker.safepointOption(log));
    List<String> arguments = new ArrayList<>(List.of(images.toString(), log.toString()));
    arguments.addAll(CellText.words(cell));
    return new WorkerProcess(cell, new ChildJvm(options, Worker.class, arguments, limit(cell)));
  }

  /** A heap that is there from the start. */
  private static List<String> options(HostJvm jvm) {
    List<String> options = new ArrayList<>();
    options.addAll(
        List.of("-Xms" + jvm.heapBytes(), "-Xmx" + jvm.heapBytes(), "-XX:+AlwaysPreTouch"));
    options.add(jvm.collector().option());
    if (jvm.heapHugePages()) {
      options.add("-XX:+UseTransparentHugePages");
    }
    return options;
  }

  Cell cell() {
    return cell;
  }

  void awaitReady() throws IOException {
    jvm.await("start", Worker.READY);
  }

  /** Gives a contender its turn. */
  Sample turn(String contender, int round) throws IOException {
    jvm.send(contender + " " + round);
    Sample sample = new Sample(contender, round);
    jvm.await(contender, Worker.DONE).forEach(line -> SampleText.take(sample, line));
    return sample;
  }

  private static Duration limit(Cell cell) {
    double rate = cell.sink().bytesPerSecond() > 0 ? cell.sink().bytesPerSecond() / 2.0 : SLOWEST;
    return BASE_LIMIT
        .plusSeconds((long) (cell.ramBytes() / rate))
        .plusMillis(cell.timing().beforeMillis() + cell.timing().afterMillis());
  }

  @Override
  public void close() {
    jvm.close();
  }
}
