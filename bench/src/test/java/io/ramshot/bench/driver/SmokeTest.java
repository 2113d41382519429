package io.ramshot.bench.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.bench.cell.Cell;
import io.ramshot.bench.cell.Collector;
import io.ramshot.bench.cell.HostJvm;
import io.ramshot.bench.cell.Sink;
import io.ramshot.bench.cell.Timing;
import io.ramshot.bench.cell.Workload;
import io.ramshot.bench.figures.Figure;
import io.ramshot.bench.figures.Results;
import io.ramshot.bench.figures.Sample;
import io.ramshot.bench.figures.Summary;
import io.ramshot.bench.report.QuickLine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A tiny slice through the real driver and the real JVM of a guest. It proves that figures are
 * there and make sense, not that they are good.
 */
@Tag("once")
class SmokeTest {
  private static final long RAM_BYTES = 64L << 20;

  /** Not in the temporary folder: that may be a tmpfs. */
  private static final Path FOLDER = Path.of("target", "smoke-files");

  private static Cell cell(String name, Workload workload, Sink sink, String... contenders) {
    Timing timing = new Timing(200, 100, 10);
    return new Cell(name, workload, 1, RAM_BYTES, true, sink, List.of(contenders), 1, timing);
  }

  private static Results run(Cell... cells) throws IOException, InterruptedException {
    Results results = new Results();
    try (Folders folders = new Folders(FOLDER)) {
      new Driver(folders, results).run(List.of(cells), false, contender -> true);
      try (Stream<Path> left = Files.list(folders.disk())) {
        assertEquals(List.of(), left.toList(), "images are left");
      }
    }
    return results;
  }

  private static void assertAll(Results results, String cell, String contender, Figure... figures) {
    for (Figure figure : figures) {
      Summary summary = results.summary(cell, contender, figure);
      String reason = results.reason(cell, contender, figure);
      assertTrue(summary.present(), contender + " lacks " + figure + ": " + reason);
      assertTrue(summary.median() > 0, contender + " " + figure + " is " + summary.median());
    }
  }

  @Test
  void everyContenderMeasuresWhatIsPromised() throws Exception {
    Results results =
        run(
            cell(
                "sequential",
                Workload.SEQUENTIAL,
                Sink.DISK,
                "disk",
                "ramshot",
                "fork",
                "stop-and-copy",
                "memcpy",
                "fork-buffers",
                "ramshot-pool-64m",
                "ramshot-buffered",
                "ramshot+safepoints"),
            cell("random", Workload.RANDOM, Sink.DISK, "ramshot", "fork", "stop-and-copy"));
    List<String> failures = new ArrayList<>();
    for (String cell : results.cells()) {
      for (Sample sample : results.samples(cell)) {
        sample.failure().ifPresent(why -> failures.add(sample.contender() + ": " + why));
      }
    }
    assertEquals(List.of(), failures);

    for (String cell : List.of("sequential", "random")) {
      for (String contender : List.of("ramshot", "fork", "stop-and-copy")) {
        assertAll(
            results,
            cell,
            contender,
            Figure.PAUSE_US,
            Figure.GATE_US,
            Figure.DURATION_MS,
            Figure.BEFORE_MOPS,
            Figure.AFTER_SHARE,
            Figure.MB_S,
            Figure.WRITE_MB_S,
            Figure.DISK_SHARE,
            Figure.GAP_MAX_US,
            Figure.GAP_BEFORE_MAX_US,
            Figure.CPU_S,
            Figure.FILE_MB,
            Figure.FILE_ALLOCATED_MB);
        /* How fast the guest is depends on what else the machine does; that it counts does not. */
        assertTrue(results.summary(cell, contender, Figure.GUEST_SHARE).median() >= 0);
      }
      assertAll(
          results,
          cell,
          "ramshot",
          Figure.ARM_US,
          Figure.GUEST_SHARE,
          Figure.STALLS,
          Figure.STALL_P50_US,
          Figure.STALL_P99_US,
          Figure.STALL_MAX_US,
          Figure.EXTRA_MEM_MB,
          Figure.POOL_MB);
      assertAll(results, cell, "fork", Figure.ARM_US, Figure.EXTRA_MEM_MB);
      double fileMb = results.summary(cell, "fork", Figure.FILE_MB).median();
      assertEquals(RAM_BYTES / 1e6, fileMb, 0.001);
    }
    assertAll(results, "sequential", "disk", Figure.MB_S);
    assertAll(results, "sequential", "memcpy", Figure.MB_S);
    assertTrue(results.samples("sequential").get(1).trace().isPresent());
    String line = QuickLine.of(results);
    assertFalse((line + " ").contains("=- "), line);
  }

  @Test
  void aTmpfsAndAnIdleGuestWillDo() throws Exception {
    Results results = run(cell("idle-tmpfs", Workload.IDLE, Sink.TMPFS, "disk", "ramshot", "fork"));
    assertFalse(results.anyFailure());
    assertAll(results, "idle-tmpfs", "ramshot", Figure.PAUSE_US, Figure.MB_S);
    assertAll(results, "idle-tmpfs", "fork", Figure.PAUSE_US, Figure.MB_S);
  }

  @Test
  void ramOnTheHeapStandsBesideRamOffIt() throws Exception {
    Cell off = onHeap(false, "ramshot");
    Results results = run(off, onHeap(true, "ramshot-heap"));
    for (Sample sample : results.samples(off.name())) {
      assertEquals("", sample.failure().orElse(""), sample.contender());
    }
    for (String contender : List.of("ramshot", "ramshot-heap")) {
      assertAll(results, off.name(), contender, Figure.PAUSE_US, Figure.MB_S, Figure.STALLS);
    }
  }

  private static Cell onHeap(boolean ramOnHeap, String contender) {
    return new Cell(
        "heap-g1",
        Workload.SEQUENTIAL,
        1,
        RAM_BYTES,
        true,
        Sink.DISK,
        List.of(contender),
        1,
        new Timing(200, 100, 0),
        new HostJvm(Collector.G1, 256L << 20, false, ramOnHeap));
  }

  @Test
  void anUnknownContenderFailsAndTheOthersGoOn() throws Exception {
    Results results = run(cell("zipf", Workload.ZIPF, Sink.DISK, "luck", "ramshot"));
    assertTrue(results.reason("zipf", "luck", Figure.MB_S).contains("luck"));
    assertAll(results, "zipf", "ramshot", Figure.PAUSE_US);
  }

  @Test
  void foldersArePrivateAndGoneInTheEnd(@TempDir Path parent) throws IOException {
    Path disk;
    try (Folders folders = new Folders(parent)) {
      disk = folders.disk();
      assertEquals(3, Files.getPosixFilePermissions(disk).size(), "more than the owner's rights");
      Files.writeString(disk.resolve("image"), "RAM");
    }
    assertFalse(Files.exists(disk));
  }
}
