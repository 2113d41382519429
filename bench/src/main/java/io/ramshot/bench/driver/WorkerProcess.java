package io.ramshot.bench.driver;

import io.ramshot.bench.cell.Cell;
import io.ramshot.bench.cell.CellText;
import io.ramshot.bench.cell.HostJvm;
import io.ramshot.bench.figures.Sample;
import io.ramshot.bench.figures.SampleText;
import io.ramshot.bench.worker.Worker;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.TimeUnit;

/**
 * One cell's guest in a JVM of its own, with a watchdog: whatever a contender does to that JVM, the
 * bench goes on.
 */
final class WorkerProcess implements AutoCloseable {

  /** First JDK that warns of sun.misc.Unsafe and of native code, which both are meant here. */
  private static final int FIRST_TO_WARN = 24;

  /** For whatever does not depend on the amount of RAM. */
  private static final Duration BASE_LIMIT = Duration.ofSeconds(60);

  /** RAM is populated and saved faster than this, in bytes a second, or something is wrong. */
  private static final double SLOWEST = 100e6;

  private static final int END_SECONDS = 10;
  private static final int LAST_LINES = 20;

  private final Cell cell;
  private final Process process;
  private final BufferedReader output;
  private final PrintStream input;
  private final Thread reaper;
  private final Timer watchdog = new Timer("watchdog", true);
  private final List<String> other = new ArrayList<>();
  private volatile String killed;

  private WorkerProcess(Cell cell, Process process) {
    this.cell = cell;
    this.process = process;
    this.output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    this.input = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
    this.reaper = new Thread(process::destroyForcibly);
    Runtime.getRuntime().addShutdownHook(reaper);
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
    List<String> command = new ArrayList<>();
    command.add(java());
    command.addAll(options(cell.jvm()));
    command.add(Worker.safepointOption(log));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Worker.class.getName()));
    command.addAll(List.of(images.toString(), log.toString()));
    command.addAll(CellText.words(cell));
    return new WorkerProcess(cell, new ProcessBuilder(command).redirectErrorStream(true).start());
  }

  /** This JDK's launcher. */
  static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
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
    options.add("-XX:+ErrorFileToStdout");
    options.add("-XX:-CreateCoredumpOnCrash");
    if (Runtime.version().feature() >= FIRST_TO_WARN) {
      options.add("--enable-native-access=ALL-UNNAMED");
      options.add("--sun-misc-unsafe-memory-access=allow");
    }
    return options;
  }

  Cell cell() {
    return cell;
  }

  void awaitReady() throws IOException {
    read("start", new ArrayList<>(), Worker.READY);
  }

  /** Gives a contender its turn. */
  Sample turn(String contender, int round) throws IOException {
    input.println(contender + " " + round);
    List<String> lines = new ArrayList<>();
    read(contender, lines, Worker.DONE);
    Sample sample = new Sample(contender, round);
    lines.forEach(line -> SampleText.take(sample, line));
    return sample;
  }

  private void read(String what, List<String> lines, String last) throws IOException {
    TimerTask kill = kill(what);
    watchdog.schedule(kill, limit().toMillis());
    try {
      for (String line; (line = output.readLine()) != null; ) {
        if (!line.startsWith(Worker.PREFIX)) {
          other.add(line);
          continue;
        }
        String text = line.substring(Worker.PREFIX.length());
        if (text.equals(last)) {
          return;
        }
        lines.add(text);
      }
    } finally {
      kill.cancel();
    }
    List<String> end = other.subList(Math.max(0, other.size() - LAST_LINES), other.size());
    throw new IOException(
        (killed != null ? killed : "the guest's JVM ended at " + what)
            + (end.isEmpty() ? "" : "; it printed: " + String.join(" | ", end)));
  }

  private TimerTask kill(String what) {
    return new TimerTask() {
      @Override
      public void run() {
        killed = what + " hung: killed its JVM after " + limit().toSeconds() + " s";
        process.destroyForcibly();
      }
    };
  }

  private Duration limit() {
    double rate = cell.sink().bytesPerSecond() > 0 ? cell.sink().bytesPerSecond() / 2.0 : SLOWEST;
    return BASE_LIMIT
        .plusSeconds((long) (cell.ramBytes() / rate))
        .plusMillis(cell.timing().beforeMillis() + cell.timing().afterMillis());
  }

  @Override
  public void close() {
    input.close();
    try {
      if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor(END_SECONDS, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    watchdog.cancel();
    Runtime.getRuntime().removeShutdownHook(reaper);
  }
}
