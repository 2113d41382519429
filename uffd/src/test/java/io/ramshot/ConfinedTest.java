package io.ramshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.testing.ForkedJvm;
import io.ramshot.testing.MemoryGroup;
import io.ramshot.testing.Mount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A host with less memory than its guest has RAM, beside what it has already. */
@Tag("once")
class ConfinedTest {
  private static final long MIB = Ram.MIB;

  /** What the host itself takes meanwhile: its garbage collector, compiled code. */
  private static final long HOST_BYTES = 24 * MIB;

  /** A snapshot with default options used to take all of RAM once more. */
  private static final long HEADROOM = 64 * MIB;

  private static final Duration LIMIT = Duration.ofMinutes(10);

  private static final Pattern LINE =
      Pattern.compile("([A-Z]+) pool ([0-9]+) own ([0-9]+) by (\\S*)(.*)");

  /** How a snapshot ended. */
  private record Line(String state, long pool, long own, String limit, String message) {
    static List<Line> of(List<String> output) {
      return output.stream()
          .map(LINE::matcher)
          .filter(Matcher::matches)
          .map(
              line ->
                  new Line(
                      line.group(1),
                      Long.parseLong(line.group(2)),
                      Long.parseLong(line.group(3)),
                      line.group(4),
                      line.group(5)))
          .toList();
    }
  }

  @TempDir Path folder;

  private ForkedJvm host(Confined.Kind kind, Path images, int snapshots, int times) {
    return ForkedJvm.of(
            Confined.class,
            kind.name(),
            images.toString(),
            Integer.toString(snapshots),
            Integer.toString(times))
        .options(
            kind.onHeap() ? "-Xmx160m" : "-Xmx48m",
            kind.onHeap() ? "-Xms160m" : "-Xms48m",
            "-XX:+AlwaysPreTouch",
            "-XX:+UseSerialGC");
  }

  private void go() throws IOException {
    Files.createFile(folder.resolve("more"));
  }

  private static void allCompleted(List<Line> lines, int count) {
    assertEquals(count, lines.size(), lines::toString);
    for (Line line : lines) {
      assertEquals("COMPLETED", line.state(), lines::toString);
    }
  }

  @Test
  void snapshotsKeepWithinAGroupsLimit() throws Exception {
    keepsWithin(Confined.Kind.DIRECT, HEADROOM, 2);
  }

  /** These are copied as a whole in the freeze, so there must be room for that. */
  @Test
  void copiesOfTheHeapKeepWithinAGroupsLimit() throws Exception {
    keepsWithin(Confined.Kind.PIECES, Confined.RAM_BYTES + HEADROOM, 2);
  }

  @Tag("long")
  @ParameterizedTest
  @EnumSource(
      value = Confined.Kind.class,
      names = {"DIRECT", "BUFFERED", "INCREMENTS", "ARRAY"})
  void andDoSoOftenWithLess(Confined.Kind kind) throws Exception {
    keepsWithin(kind, kind == Confined.Kind.INCREMENTS ? HEADROOM : 40 * MIB, 30);
  }

  @Tag("long")
  @Test
  void trackedRamKeepsWithinAGroupsLimit() throws Exception {
    keepsWithin(Confined.Kind.TRACKED, Confined.RAM_BYTES + HEADROOM, 5);
  }

  private void keepsWithin(Confined.Kind kind, long headroom, int snapshots) throws Exception {
    /* Only the group above has the limit, as of a pod or a slice. */
    try (MemoryGroup outer = MemoryGroup.create("ramshot-confined");
        MemoryGroup inner = outer.child("host")) {
      ForkedJvm.Running host =
          host(kind, folder, snapshots, 1).limit(LIMIT).through(inner.entering()).start();
      host.awaitLine("ready");
      long before = outer.used();
      outer.limit(before + headroom);
      go();
      ForkedJvm.Ended ended = host.await();
      assertEquals(0, inner.killed(), () -> "killed for want of memory: " + ended.output());
      List<Line> lines = Line.of(ended.lines());
      allCompleted(lines, snapshots);
      assertEquals(0, ended.exitCode(), ended::output);
      long own = lines.stream().mapToLong(Line::own).max().orElseThrow();
      assertTrue(own <= headroom, ended::output);
      if (kind != Confined.Kind.TRACKED) {
        assertEquals(outer.limitFile().toString(), lines.get(0).limit(), ended::output);
        assertTrue(lines.get(0).pool() < Confined.RAM_BYTES, ended::output);
      }
      if (kind == Confined.Kind.DIRECT || kind == Confined.Kind.ARRAY) {
        long most = before + own + HOST_BYTES;
        assertTrue(outer.peak() <= most, () -> "more than said: " + ended.output());
      }
    }
  }

  @Test
  void whatDoesNotFitIsRefusedAndLaterFits() throws Exception {
    try (MemoryGroup group = MemoryGroup.create("ramshot-refused")) {
      ForkedJvm.Running host =
          host(Confined.Kind.DIRECT, folder, 1, 2).through(group.entering()).start();
      host.awaitLine("ready");
      long before = group.used();
      group.limit(before + 12 * MIB);
      go();
      host.awaitLine("time 0");
      Line refused = Line.of(host.lines()).get(0);
      assertEquals("FAILED", refused.state());
      for (String word :
          List.of("needs", "MiB", "left of", group.limitFile().toString(), "raise that limit")) {
        assertTrue(refused.message().contains(word), refused::toString);
      }
      assertEquals(List.of(), Expect.list(folder), "it left a file");
      group.limit(before + HEADROOM);
      go();
      ForkedJvm.Ended ended = host.await();
      assertEquals("COMPLETED", Line.of(ended.lines()).get(1).state(), ended::output);
      assertEquals(0, ended.exitCode(), ended::output);
    }
  }

  @Tag("long")
  @Test
  void aPoolThatMayBeTooLargeIsWarnedOfAndTaken() throws Exception {
    try (MemoryGroup group = MemoryGroup.create("ramshot-pool")) {
      ForkedJvm.Running host =
          host(Confined.Kind.LARGE_POOL, folder, 1, 1)
              .options("-Xmx512m")
              .through(group.entering())
              .start();
      host.awaitLine("ready");
      /* Enough, unless the heap grows as well. */
      group.limit(group.used() + Confined.RAM_BYTES + 80 * MIB);
      go();
      ForkedJvm.Ended ended = host.await();
      Line line = Line.of(ended.lines()).get(0);
      assertEquals("COMPLETED", line.state(), ended::output);
      assertTrue(line.pool() >= Confined.RAM_BYTES, ended::output);
      for (String word : List.of("pool=", "too much", group.limitFile().toString(), "smaller")) {
        assertTrue(line.message().contains(word), line::toString);
      }
    }
  }

  @Tag("long")
  @Test
  @SuppressWarnings("try")
  void aFileInMemoryIsCounted() throws Exception {
    Path memory = Files.createDirectory(folder.resolve("tmpfs"));
    try (Mount ignored = Mount.tmpfs(memory, "size=1g");
        MemoryGroup group = MemoryGroup.create("ramshot-tmpfs")) {
      folder = memory;
      ForkedJvm.Running host =
          host(Confined.Kind.DIRECT, memory, 1, 1).through(group.entering()).start();
      host.awaitLine("ready");
      group.limit(group.used() + HEADROOM);
      go();
      ForkedJvm.Ended ended = host.await();
      assertEquals(0, group.killed(), ended::output);
      Line line = Line.of(ended.lines()).get(0);
      assertEquals("FAILED", line.state(), ended::output);
      assertTrue(line.message().contains(group.limitFile().toString()), ended::output);
    }
  }

  @ParameterizedTest
  @CsvSource({"as,-v,VmSize", "data,-d,VmData"})
  void limitsOfTheProcessAreKept(String resource, String name, String used) throws Exception {
    ForkedJvm.Running host = host(Confined.Kind.DIRECT, folder, 1, 2).start();
    host.awaitLine("ready");
    limit(host, resource, used, 12 * MIB);
    go();
    host.awaitLine("time 0");
    Line refused = Line.of(host.lines()).get(0);
    assertEquals("FAILED", refused.state());
    assertTrue(refused.message().contains("ulimit " + name), refused::toString);
    limit(host, resource, used, HEADROOM);
    go();
    ForkedJvm.Ended ended = host.await();
    assertEquals(0, ended.exitCode(), ended::output);
    Line line = Line.of(ended.lines()).get(1);
    assertEquals("COMPLETED", line.state(), ended::output);
    assertTrue(line.pool() < HEADROOM, ended::output);
    assertTrue(ended.output().contains("by ulimit " + name), ended::output);
  }

  /** The soft limit alone: not everybody may raise the other again. */
  private static void limit(ForkedJvm.Running host, String resource, String used, long more)
      throws Exception {
    long bytes = more;
    for (String line : Files.readAllLines(Path.of("/proc/" + host.pid() + "/status"))) {
      if (line.startsWith(used + ":")) {
        bytes += Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
      }
    }
    Process process =
        new ProcessBuilder(
                "prlimit", "--pid", Long.toString(host.pid()), "--" + resource + "=" + bytes + ":")
            .inheritIO()
            .start();
    assertEquals(0, process.waitFor(), "prlimit");
  }
}
