package io.ramshot.bench;

import io.ramshot.bench.cell.Catalogue;
import io.ramshot.bench.cell.Cell;
import io.ramshot.bench.cell.CellSize;
import io.ramshot.bench.driver.Driver;
import io.ramshot.bench.driver.Folders;
import io.ramshot.bench.driver.Study;
import io.ramshot.bench.driver.Suite;
import io.ramshot.bench.emulator.AgentCost;
import io.ramshot.bench.emulator.EmulatorSnapshots;
import io.ramshot.bench.emulator.Jars;
import io.ramshot.bench.figures.Figure;
import io.ramshot.bench.figures.Results;
import io.ramshot.bench.increment.IncrementSuite;
import io.ramshot.bench.report.Machine;
import io.ramshot.bench.report.QuickLine;
import io.ramshot.bench.report.ResultFiles;
import io.ramshot.bench.report.SpeedPicture;
import io.ramshot.bench.report.Table;
import io.ramshot.bench.restore.RestoreSuite;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command line of {@code bench/run}. */
@Command(
    name = "bench/run",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Takes snapshots of running guests with ramshot and with what else there is, side by side;",
      "restore: gives guests their RAM back; increments: saves what changed.",
      "Results go to standard output, progress to standard error. See bench/README.md."
    })
public final class Bench implements Callable<Integer> {

  /** Where bench/ is; set by the script. */
  private static final String ROOT = "ramshot.bench.root";

  /** The suite that this class runs itself. */
  private static final String SNAPSHOT = "snapshot";

  private static final List<Suite> SUITES = List.of(new RestoreSuite(), new IncrementSuite());

  private static final int MOST_ROUNDS = 100;

  /** Among the images: those that later runs may use. */
  private static final String KEPT = "kept";

  /** No turn of a quick run begins later, in s: one takes up to five. */
  private static final double QUICK_SECONDS = 53;

  /** What a quick run shows. */
  private static final List<Figure> QUICK_FIGURES =
      List.of(
          Figure.PAUSE_US,
          Figure.GATE_US,
          Figure.ARM_US,
          Figure.GUEST_SHARE,
          Figure.LOST_MS_PER_GIB,
          Figure.LOST_ALL_MS_PER_GIB,
          Figure.DURATION_MS,
          Figure.PREPARE_MS,
          Figure.MB_S,
          Figure.DISK_SHARE,
          Figure.STALL_P50_US,
          Figure.STALL_P99_US,
          Figure.STALL_MAX_US,
          Figure.GAP_BEFORE_MAX_US,
          Figure.GAP_PREPARE_MAX_US,
          Figure.GAP_MAX_US,
          Figure.EXTRA_MEM_MB,
          Figure.CPU_OWN_S,
          Figure.OTHERS_CPU,
          Figure.AFTER_SHARE);

  @Spec private CommandSpec spec;

  @Option(
      names = "--quick",
      description = "A slice in less than a minute; ends with one line of name=value pairs.")
  private boolean quick;

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "CELL",
      description = "Only these cells, see --list; heap stands for all that begin with heap-.")
  private List<String> only = List.of();

  @Option(names = "--list", description = "Lists the cells and ends.")
  private boolean list;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "Rounds of each cell, 1 to 100, instead of its own number.")
  private Integer rounds;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description =
          "Folder for the images, on the disk to be measured; default bench/target/bench-files.")
  private Path dir;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Also writes results.json, results.csv and the picture there.")
  private Path out;

  @Option(
      names = "--svg",
      paramLabel = "FILE",
      description =
          "Writes the picture of the guest's speed over time in the cell sequential to this file.")
  private Path svg;

  @Parameters(
      arity = "0..1",
      paramLabel = "SUITE",
      description = "snapshot, the default, restore, or increments.")
  private String suite = SNAPSHOT;

  public static void main(String[] arguments) {
    System.exit(execute(arguments));
  }

  /** Runs a command line; its exit status is 2 for a bad one, 1 if something failed. */
  static int execute(String... arguments) {
    return new CommandLine(new Bench())
        .setParameterExceptionHandler(
            (exception, words) -> {
              System.err.println(
                  "bench/run: " + exception.getMessage() + " (bench/run --help shows all options)");
              return CommandLine.ExitCode.USAGE;
            })
        .setExecutionExceptionHandler(
            (exception, commandLine, result) -> {
              System.err.println("bench/run: " + exception.getMessage());
              return CommandLine.ExitCode.SOFTWARE;
            })
        .execute(arguments);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    requireRounds();
    Optional<Suite> other = suite();
    if (other.isPresent()) {
      return call(other.get());
    }
    List<Cell> cells = cells();
    if (list) {
      cells.stream()
          .map(cell -> String.format("%-24s %s", cell.name(), CellSize.describe(cell)))
          .distinct()
          .forEach(System.out::println);
      for (Study study : studies(null)) {
        System.out.printf("%-24s %s%n", study.name(), study.description());
      }
      return CommandLine.ExitCode.OK;
    }
    Instant started = Instant.now();
    Results results = new Results();
    try (Folders folders = new Folders(images())) {
      Driver driver = new Driver(folders, results);
      if (quick) {
        driver.limit(QUICK_SECONDS);
        driver.run(cells, false, Catalogue::quickInEachRound);
      } else {
        for (List<Cell> table : tables(cells)) {
          driver.run(table, true, contender -> true);
        }
        for (Study study : studies(folders.disk())) {
          driver.run(study, rounds == null ? 0 : rounds);
        }
      }
    }
    return finish(results, started, QUICK_FIGURES, QuickLine.of(results));
  }

  private int call(Suite wanted) throws IOException, InterruptedException {
    if (list) {
      wanted
          .cells()
          .forEach((name, description) -> System.out.printf("%-24s %s%n", name, description));
      return CommandLine.ExitCode.OK;
    }
    Instant started = Instant.now();
    Results results = new Results();
    try (Folders folders = new Folders(images())) {
      wanted.run(
          new Suite.Request(
              quick, only, rounds == null ? 0 : rounds, folders.disk(), images().resolve(KEPT)),
          results);
    }
    return finish(results, started, wanted.quickFigures(), wanted.line(results));
  }

  private int finish(Results results, Instant started, List<Figure> quickFigures, String line)
      throws IOException {
    results.noteOthers();
    print(results, quick ? quickFigures : Arrays.asList(Figure.values()));
    write(results, started);
    if (quick) {
      System.out.println(line);
    }
    return results.anyFailure() ? CommandLine.ExitCode.SOFTWARE : CommandLine.ExitCode.OK;
  }

  /** Empty for snapshots. */
  private Optional<Suite> suite() {
    if (suite.equals(SNAPSHOT)) {
      return Optional.empty();
    }
    Suite wanted =
        SUITES.stream()
            .filter(one -> one.name().equals(suite))
            .findFirst()
            .orElseThrow(
                () -> refused(suite + " is no suite: give " + String.join(" or ", suites())));
    if (svg != null) {
      throw refused("--svg=" + svg + " shows a snapshot: leave out " + suite);
    }
    requireOnlyWithoutQuick();
    for (String name : only) {
      if (!wanted.cells().containsKey(name)) {
        throw refused("--only=" + name + " is no cell: bench/run --list " + suite + " shows them");
      }
    }
    return Optional.of(wanted);
  }

  private static List<String> suites() {
    return Stream.concat(Stream.of(SNAPSHOT), SUITES.stream().map(Suite::name)).toList();
  }

  private ParameterException refused(String why) {
    return new ParameterException(spec.commandLine(), why);
  }

  private void requireRounds() {
    if (rounds != null && (rounds < 1 || rounds > MOST_ROUNDS)) {
      throw refused("--rounds=" + rounds + " is out of range: give 1 to " + MOST_ROUNDS);
    }
  }

  private void requireOnlyWithoutQuick() {
    if (quick && !only.isEmpty()) {
      throw refused("--quick has cells of its own: leave out --only or --quick");
    }
  }

  private Path images() {
    return dir != null ? dir : target().resolve("bench-files");
  }

  private static Path target() {
    return Path.of(System.getProperty(ROOT, "bench")).resolve("target");
  }

  /** Those that were asked for. */
  private List<Study> studies(Path images) {
    Jars jars = Jars.in(Path.of(System.getProperty(ROOT, "bench")).resolve(".."));
    List<Study> all = List.of(new EmulatorSnapshots(jars, images), new AgentCost(jars));
    return quick
        ? List.of()
        : all.stream().filter(study -> only.isEmpty() || only.contains(study.name())).toList();
  }

  private List<Cell> cells() {
    requireOnlyWithoutQuick();
    if (svg != null && (quick || !(only.isEmpty() || only.contains(QuickLine.SEQUENTIAL)))) {
      throw new ParameterException(
          spec.commandLine(),
          "--svg="
              + svg
              + " shows the cell sequential, which is not run: leave out --quick, and have sequential"
              + " in --only");
    }
    List<Cell> all = quick ? Catalogue.quick() : Catalogue.full();
    for (String name : only) {
      if (Catalogue.named(all, name).isEmpty()
          && studies(null).stream().noneMatch(study -> study.name().equals(name))) {
        throw new ParameterException(
            spec.commandLine(), "--only=" + name + " is no cell: bench/run --list shows them");
      }
    }
    List<Cell> wanted =
        only.isEmpty() ? all : only.stream().flatMap(name -> named(all, name)).distinct().toList();
    return all.stream()
        .filter(wanted::contains)
        .map(cell -> rounds == null ? cell : cell.withRounds(rounds))
        .toList();
  }

  private static Stream<Cell> named(List<Cell> cells, String name) {
    return Catalogue.named(cells, name).stream();
  }

  /** Cells by name: what stands in one table runs in turns. */
  private static Collection<List<Cell>> tables(List<Cell> cells) {
    return cells.stream()
        .collect(Collectors.groupingBy(Cell::name, LinkedHashMap::new, Collectors.toList()))
        .values();
  }

  private static void print(Results results, List<Figure> figures) {
    Table table = new Table(results, figures);
    for (String cell : results.cells()) {
      table.lines(cell).forEach(System.out::println);
      System.out.println();
    }
    results.notes().forEach(note -> System.out.println("note: " + note));
  }

  private void write(Results results, Instant started) throws IOException {
    if (out != null) {
      new ResultFiles(results).write(out, started, Machine.facts());
      for (String cell : results.cells()) {
        String picture = SpeedPicture.of(results, cell);
        if (picture != null) {
          SpeedPicture.write(picture, out.resolve("guest-speed-" + cell + ".svg"));
        }
      }
      System.out.println("results: " + out.resolve("results.json"));
    }
    if (svg != null) {
      String picture = SpeedPicture.of(results, QuickLine.SEQUENTIAL);
      if (picture == null) {
        throw new IOException("nobody's speed was noted down, so there is no " + svg);
      }
      SpeedPicture.write(picture, svg);
      System.out.println("picture: " + svg);
    }
  }
}
