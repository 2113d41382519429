package io.ramshot.bench.cell;

import java.util.ArrayList;
import java.util.List;

/**
 * The cells of a full run: a star around 1 GiB on huge pages, one thread, to the disk; each
 * dimension is varied by itself.
 */
public final class Catalogue {
  private static final long MIB = 1L << 20;
  private static final long GIB = 1L << 30;

  /** So that a throttled cell ends: its RAM takes 5 s at 50 MB/s. */
  private static final long THROTTLED_BYTES = 256 * MIB;

  private static final int BASE_ROUNDS = 4;
  private static final int ROUNDS = 3;

  private static final int BIG_ROUNDS = 2;

  /** With the guest's speed over time, for the picture. */
  private static final Timing TRACED = new Timing(1000, 1000, 10);

  /** The ten seconds after, where huge pages kept or lost would show. */
  private static final Timing LONG = new Timing(1000, 10_000, 0);

  private static final Timing SHORT = new Timing(1000, 1000, 0);

  /** RAM on and off the heap, under every collector. */
  private static final String HEAP = "heap";

  private static final long HEAP_RAM_BYTES = 256 * MIB;

  /** So that a generation of half the heap holds RAM. */
  private static final long HEAP_BYTES = 640 * MIB;

  private static final List<String> USUAL =
      List.of("disk", "ramshot", "fork", "fork-buffers", "stop-and-copy");

  private static final List<String> EVERYBODY =
      List.of(
          "disk",
          "ramshot",
          "fork",
          "stop-and-copy",
          "memcpy",
          "fork-buffers",
          "ramshot-pool-64m",
          "ramshot-buffered",
          "ramshot+safepoints",
          "fork+safepoints");

  private final List<Cell> cells = new ArrayList<>();

  private Catalogue() {
    base("sequential", Workload.SEQUENTIAL);
    base("random", Workload.RANDOM);
    after("sequential-after", Workload.SEQUENTIAL);
    for (Workload workload : List.of(Workload.ZIPF, Workload.READ_MOSTLY, Workload.IDLE)) {
      add(workload.key(), workload, 1, GIB, true, Sink.DISK);
    }
    for (int threads : new int[] {2, 4}) {
      add("sequential-threads-" + threads, Workload.SEQUENTIAL, threads, GIB, true, Sink.DISK);
      add("random-threads-" + threads, Workload.RANDOM, threads, GIB, true, Sink.DISK);
    }
    add("sequential-4k-pages", Workload.SEQUENTIAL, 1, GIB, false, Sink.DISK);
    add("random-4k-pages", Workload.RANDOM, 1, GIB, false, Sink.DISK);
    add("sequential-tmpfs", Workload.SEQUENTIAL, 1, GIB, true, Sink.TMPFS);
    add("random-tmpfs", Workload.RANDOM, 1, GIB, true, Sink.TMPFS);
    throttled("zipf-throttled", Workload.ZIPF);
    throttled("read-mostly-throttled", Workload.READ_MOSTLY);
    throttled("sequential-throttled", Workload.SEQUENTIAL);
    big("sequential-4g", Workload.SEQUENTIAL, 4 * GIB);
    big("random-4g", Workload.RANDOM, 4 * GIB);
    big("idle-12g", Workload.IDLE, 12 * GIB);
    big("sequential-12g", Workload.SEQUENTIAL, 12 * GIB);
    for (Collector collector : Collector.values()) {
      heap(HEAP + "-" + collector.key(), collector, false);
      heap(HEAP + "-" + collector.key() + "-thp", collector, true);
    }
  }

  /** In the order in which they run. Cells of one name belong to one table, and run in turns. */
  public static List<Cell> full() {
    return new Catalogue().cells;
  }

  /**
   * Those that a name stands for: the cells of this name, or else all whose names begin with it and
   * a hyphen.
   */
  public static List<Cell> named(List<Cell> cells, String name) {
    List<Cell> exact = cells.stream().filter(cell -> cell.name().equals(name)).toList();
    return exact.isEmpty()
        ? cells.stream().filter(cell -> cell.name().startsWith(name + "-")).toList()
        : exact;
  }

  /** What {@code --quick} runs, both at once, turn by turn. */
  public static List<Cell> quick() {
    Timing timing = new Timing(250, 250, 0);
    List<Cell> cells = new ArrayList<>();
    for (Workload workload : List.of(Workload.SEQUENTIAL, Workload.RANDOM)) {
      List<String> contenders =
          workload == Workload.SEQUENTIAL
              ? List.of("disk", "ramshot", "fork", "stop-and-copy", "memcpy")
              : List.of("ramshot", "fork", "stop-and-copy");
      cells.add(
          new Cell(workload.key(), workload, 1, GIB, true, Sink.DISK, contenders, ROUNDS, timing));
    }
    return cells;
  }

  /**
   * Who has a turn in each round of a quick run; the others have one in the first. They scatter
   * less, and there is no time.
   */
  public static boolean quickInEachRound(String contender) {
    return List.of("ramshot", "fork", "disk").contains(contender);
  }

  private void base(String name, Workload workload) {
    cells.add(new Cell(name, workload, 1, GIB, true, Sink.DISK, EVERYBODY, BASE_ROUNDS, TRACED));
  }

  private void add(
      String name, Workload workload, int threads, long ramBytes, boolean hugePages, Sink sink) {
    List<String> contenders = USUAL;
    cells.add(
        new Cell(name, workload, threads, ramBytes, hugePages, sink, contenders, ROUNDS, SHORT));
  }

  private void after(String name, Workload workload) {
    List<String> contenders = List.of("ramshot", "fork");
    cells.add(new Cell(name, workload, 1, GIB, true, Sink.DISK, contenders, ROUNDS, LONG));
  }

  private void throttled(String name, Workload workload) {
    List<String> contenders =
        List.of("ramshot", "ramshot-pool-64m", "fork-buffers", "stop-and-copy");
    cells.add(
        new Cell(
            name,
            workload,
            1,
            THROTTLED_BYTES,
            true,
            Sink.THROTTLED,
            contenders,
            BIG_ROUNDS,
            SHORT));
  }

  private void big(String name, Workload workload, long ramBytes) {
    List<String> contenders = List.of("disk", "ramshot", "fork", "fork-buffers");
    cells.add(
        new Cell(name, workload, 1, ramBytes, true, Sink.DISK, contenders, BIG_ROUNDS, SHORT));
  }

  /** Two JVMs that differ in where they have RAM. */
  private void heap(String name, Collector collector, boolean hugePages) {
    heap(name, new HostJvm(collector, HEAP_BYTES, hugePages, false), List.of("disk", "ramshot"));
    heap(name, new HostJvm(collector, HEAP_BYTES, hugePages, true), List.of("ramshot-heap"));
  }

  private void heap(String name, HostJvm jvm, List<String> contenders) {
    cells.add(
        new Cell(
            name,
            Workload.SEQUENTIAL,
            1,
            HEAP_RAM_BYTES,
            true,
            Sink.DISK,
            contenders,
            ROUNDS,
            SHORT,
            jvm));
  }
}
