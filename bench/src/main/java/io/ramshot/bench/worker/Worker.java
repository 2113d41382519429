package io.ramshot.bench.worker;

import io.ramshot.SnapshotOptions;
import io.ramshot.bench.cell.Cell;
import io.ramshot.bench.cell.CellText;
import io.ramshot.bench.figures.Sample;
import io.ramshot.bench.figures.SampleText;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The main program of the JVM that holds one cell's guest: it takes one snapshot for each line that
 * it is given, so that the driver decides whose turn it is, and can kill it.
 *
 * <p>Arguments: a folder for images, the file of the safepoint log, and a cell. Input: {@code
 * CONTENDER ROUND} a line, until it ends. Output: lines behind {@link #PREFIX}.
 */
public final class Worker {
  /** What every line of the protocol begins with. */
  public static final String PREFIX = "bench: ";

  /** The guest runs at its full speed, contenders may come. */
  public static final String READY = "ready";

  /** The sample is complete. */
  public static final String DONE = "done";

  /** A contender with safepoints being asked for all the while. */
  public static final String WITH_SAFEPOINTS = "+safepoints";

  /** The reference lines. */
  public static final String DISK = "disk";

  public static final String MEMCPY = "memcpy";

  /** Long enough for the compilers, in ms. */
  private static final long WARM_UP_MILLIS = 700;

  private final Cell cell;
  private final BenchGuest guest;
  private final Round round;
  private final SaveMethod method = new SaveMethod();
  private final Map<String, Contender> contenders = new HashMap<>();

  private Worker(Cell cell, Path folder, SafepointLog safepoints) throws IOException {
    this.cell = cell;
    this.guest = BenchGuest.start(cell);
    this.round = new Round(cell, guest, folder, safepoints);
  }

  /** The option that makes a JVM keep the safepoint log that the worker wants. */
  public static String safepointOption(Path log) {
    return SafepointLog.option(log);
  }

  public static void main(String[] arguments) throws Exception {
    List<String> words = Arrays.asList(arguments);
    Worker worker =
        new Worker(
            CellText.parse(words.subList(2, words.size())),
            Path.of(words.get(0)),
            new SafepointLog(Path.of(words.get(1))));
    Thread.sleep(WARM_UP_MILLIS);
    worker.guest.freeze();
    say(READY);
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line; (line = in.readLine()) != null; ) {
      String[] turn = line.split(" ");
      SampleText.lines(worker.take(turn[0], Integer.parseInt(turn[1]))).forEach(Worker::say);
      say(DONE);
    }
    System.exit(0); // guest threads stand at their gate
  }

  private static void say(String line) {
    System.out.println(PREFIX + line);
    System.out.flush();
  }

  private Sample take(String name, int number) {
    try {
      if (name.endsWith(WITH_SAFEPOINTS)) {
        SafepointProbe probe = new SafepointProbe();
        try {
          return round.snapshot(name, number, contender(name));
        } finally {
          probe.close();
        }
      }
      Contender contender = contender(name);
      return name.equals(DISK) || name.equals(MEMCPY)
          ? round.reference(name, number, contender)
          : round.snapshot(name, number, contender);
    } catch (Exception e) {
      return new Sample(name, number).failed(String.valueOf(e.getMessage()));
    }
  }

  private Contender contender(String name) {
    return contenders.computeIfAbsent(name, this::create);
  }

  private Contender create(String name) {
    String plain =
        name.endsWith(WITH_SAFEPOINTS)
            ? name.substring(0, name.length() - WITH_SAFEPOINTS.length())
            : name;
    SnapshotOptions settings = EngineSettings.of(plain, cell);
    if (settings != null) {
      return new Ramshot(guest, cell.hugePages(), settings);
    }
    return switch (plain) {
      case "fork" -> new ForkAndSave(method, false);
      case "fork-buffers" -> new ForkAndSave(method, true);
      case "stop-and-copy" -> new StopAndCopy(method);
      case DISK -> new DiskLimit(method);
      case MEMCPY -> new MemcpyLimit();
      default -> throw new IllegalArgumentException("there is no contender " + name);
    };
  }
}
