package io.ramshot.agent.timeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.agent.options.TimelinePlan;
import io.ramshot.image.Absorption;
import io.ramshot.image.Image;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ring of checkpoints, tick by tick. */
class TimelineTest {
  private static final int KEEP = 3;

  @TempDir private Path parent;
  private Path folder;
  private final FakeCamera camera = new FakeCamera();
  private final List<String> console = new ArrayList<>();

  @BeforeEach
  void name() {
    folder = parent.resolve("a/timeline");
  }

  private Timeline open() throws Exception {
    Timeline timeline =
        Timeline.open(new TimelinePlan(folder, Duration.ofSeconds(10), KEEP), camera, console::add);
    timeline.prepare();
    return timeline;
  }

  private void ticks(int count) throws Exception {
    try (Timeline timeline = open()) {
      for (int i = 0; i < count; i++) {
        timeline.tick();
      }
    }
  }

  /** Checked, oldest first. */
  private List<Checkpoint> list() throws Exception {
    List<Checkpoint> list = new TimelineFolder(folder).list();
    for (Checkpoint checkpoint : list) {
      camera.check(checkpoint);
    }
    return list;
  }

  private String numbers() throws Exception {
    return list().stream().map(Checkpoint::toString).collect(Collectors.joining(" "));
  }

  private Set<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(f -> f.getFileName().toString())
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  @Test
  void theOldestGiveWay() throws Exception {
    try (Timeline timeline = open()) {
      for (int i = 1; i <= 10; i++) {
        timeline.tick();
        assertEquals(Math.min(i, KEEP), list().size());
      }
      TimelineStatus status = timeline.status();
      assertEquals(10, status.taken());
      assertEquals(9, status.increments());
      assertEquals(7, status.merged());
      assertEquals(0, status.failed());
      assertEquals(KEEP, status.checkpoints());
      assertEquals(10, status.newest());
    }
    assertEquals("#8 #9 #10", numbers());
    assertEquals(Optional.empty(), list().get(0).parent());
    assertTrue(list().get(1).parent().isPresent() && list().get(2).parent().isPresent());
    assertEquals(
        Set.of(
            "timeline-000008.ramshot",
            "timeline-000009.ramshot",
            "timeline-000010.ramshot",
            "timeline.lock"),
        names());
    assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)));
    assertEquals(List.of(), console);
  }

  @Test
  void anotherJvmGoesOnWithIt() throws Exception {
    ticks(5);
    ticks(1);
    assertEquals("#4 #5 #6", numbers());
    assertEquals(Optional.of(Path.of("timeline-000005.ramshot")), camera.parents.get(5));
  }

  @Test
  void onlyItsOwnFilesAreRemoved() throws Exception {
    ticks(4);
    for (String leftover :
        List.of(
            ".timeline-000005.ramshot.77.part",
            "timeline-000001.ramshot.merging",
            "timeline-000002.ramshot.trace")) {
      Files.writeString(folder.resolve(leftover), "left by a JVM that was killed");
    }
    Set<String> foreign =
        Set.of(
            ".mine.ramshot.77.part",
            "timeline-1.ramshot",
            "timeline-0000001.ramshot",
            "mine.ramshot.merging",
            "timeline-000001.ramshot.bak",
            "notes");
    for (String name : foreign) {
      Files.writeString(folder.resolve(name), "somebody's");
    }
    ticks(5);
    assertEquals("#7 #8 #9", numbers());
    Set<String> rest = names();
    rest.removeIf(name -> name.matches("timeline-00000[789].ramshot|timeline.lock"));
    assertEquals(foreign, rest);
  }

  /** Each tick tries again; the same reason is said once, and the third attempt is full. */
  @Test
  void whatFailsIsTriedAgain() throws Exception {
    try (Timeline timeline = open()) {
      timeline.tick();
      camera.failNext("disk full", "disk full", "disk full", "dead");
      for (int i = 0; i < 5; i++) {
        timeline.tick();
      }
      assertEquals(4, timeline.status().failed());
      assertEquals("", timeline.status().message());
    }
    assertEquals(2, console.size(), console.toString());
    assertEquals(
        "timeline: checkpoint timeline-000002.ramshot failed: disk full; tried again every 10 s",
        console.get(0));
    Optional<Path> first = Optional.of(Path.of("timeline-000001.ramshot"));
    assertEquals(
        List.of(Optional.empty(), first, first, Optional.empty(), first, first), camera.parents);
    assertEquals("#1 #2", numbers());
  }

  @Test
  void aTickThatComesDuringASnapshotIsSkipped() throws Exception {
    try (Timeline timeline = open()) {
      timeline.tick();
      camera.busy = true;
      timeline.tick();
      timeline.tick();
      camera.busy = false;
      timeline.tick();
      assertEquals(2, timeline.status().skipped());
      assertEquals(2, timeline.status().taken());
    }
    assertEquals("#1 #2", numbers());
  }

  /** What is damaged is nobody's parent; once it is the oldest, it goes. */
  @Test
  void afterADamagedOneComesAFullOne() throws Exception {
    ticks(3);
    try (FileChannel file =
        FileChannel.open(folder.resolve(TimelineName.of(3)), StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.wrap(new byte[] {1, 2, 3}), 100);
    }
    List<Checkpoint> list = new TimelineFolder(folder).list();
    assertEquals(List.of(true, true, false), list.stream().map(Checkpoint::isWhole).toList());
    ticks(1);
    assertEquals(Optional.empty(), camera.parents.get(3));
    ticks(2);
    assertEquals("#4 #5 #6", numbers());
    assertEquals(List.of(), console);
  }

  @Test
  void whatBuildsUponAMissingOneIsNotWhole() throws Exception {
    ticks(3);
    Files.delete(folder.resolve(TimelineName.of(1)));
    List<Checkpoint> list = new TimelineFolder(folder).list();
    assertEquals(List.of(false, false), list.stream().map(Checkpoint::isWhole).toList());
    assertTrue(list.get(0).problem().contains("builds upon image"), list.get(0).problem());
    ticks(3);
    assertEquals("#4 #5 #6", numbers());
  }

  /** Blocks lie elsewhere than in the one that gives way. */
  @Test
  void anotherLayoutIsMergedToo() throws Exception {
    try (Timeline timeline = open()) {
      for (int i = 0; i < 6; i++) {
        camera.rename(i < 2 ? "ram" : "other");
        timeline.tick();
      }
    }
    assertEquals("#4 #5 #6", numbers());
    assertEquals(List.of(), console);
  }

  @Test
  void aMergeThatWasCutOffIsReadAndFinished() throws Exception {
    ticks(3);
    Files.move(
        folder.resolve(TimelineName.of(1)), Absorption.file(folder.resolve(TimelineName.of(2))));
    assertEquals("#2 #3", numbers());
    ticks(0);
    assertEquals("#2 #3", numbers());
    camera.failNext("disk full");
    ticks(1);
    assertEquals("#2 #3", numbers());
    assertEquals(
        Set.of("timeline-000002.ramshot", "timeline-000003.ramshot", "timeline.lock"), names());
  }

  /** Each look is overtaken by a tick or two, at whatever moment. */
  @Test
  void whoReadsTheNewestIsNotDisturbed() throws Exception {
    Semaphore looks = new Semaphore(KEEP);
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Thread writer =
        new Thread(
            () -> {
              try (Timeline timeline = open()) {
                while (true) {
                  looks.acquire();
                  timeline.tick();
                }
              } catch (InterruptedException e) {
                return; // enough
              } catch (Exception | Error e) {
                failure.set(e);
              }
            });
    writer.start();
    int seen = 0;
    for (long last = 0; failure.get() == null && seen < 40; ) {
      if (Files.isDirectory(folder) && !new TimelineFolder(folder).list().isEmpty()) {
        if (looks.availablePermits() == 0) {
          looks.release();
        }
        try (Image image = TimelineMoment.parse(folder.toString()).orElseThrow().open()) {
          camera.check(image);
          seen += image.header().freezeTime().toEpochMilli() > last ? 1 : 0;
          last = image.header().freezeTime().toEpochMilli();
        }
      }
    }
    writer.interrupt();
    writer.join();
    assertEquals(null, failure.get());
  }

  @Test
  void oneJvmAtATime() throws Exception {
    try (Timeline timeline = open()) {
      timeline.tick();
      TimelineException e = assertThrows(TimelineException.class, this::open);
      assertTrue(
          e.getMessage()
              .startsWith(
                  "process " + ProcessHandle.current().pid() + " writes the timeline in " + folder),
          e.getMessage());
    }
    ticks(1);
    assertEquals("#1 #2", numbers());
  }

  @Test
  void momentsAreFound() throws Exception {
    ticks(5); // 10 s apart, at 10:00:30, :40 and :50
    assertEquals(5, number(""));
    assertEquals(5, number("@-0s"));
    assertEquals(4, number("@-500ms"));
    assertEquals(4, number("@-10s"));
    assertEquals(3, number("@-11s"));
    assertEquals(3, number("@#3"));
    assertEquals(3, number("@2026-11-23T10:00:39.999Z"));
    assertEquals(4, number("@2026-11-23T11:00:40+01:00"));
    assertEquals(5, number("@2027-01-01T00:00:00Z"));
    refused(
        "@-21s",
        "there is no checkpoint -21s in "
            + folder
            + ": it has #3 of 2026-11-23T10:00:30Z to #5 of");
    refused("@#2", "there is no checkpoint #2");
    refused("@2026-11-23T10:00:29Z", "there is no checkpoint 2026-11-23T10:00:29Z");
    for (String nonsense : List.of("@", "@yesterday", "@-30", "@30s", "@#", "@#x")) {
      refused(nonsense, "is no moment of a timeline: give -30s");
    }
    assertFalse(TimelineMoment.parse(folder.resolve(TimelineName.of(5)).toString()).isPresent());
    assertFalse(TimelineMoment.parse(parent.resolve("none") + "@-30s").isPresent());
    assertTrue(
        assertThrows(
                TimelineException.class,
                () -> TimelineMoment.parse(parent.toString()).orElseThrow().find())
            .getMessage()
            .contains("holds no checkpoints"));
    Files.delete(folder.resolve(TimelineName.of(4)));
    refused("", folder + "@#3 is the nearest that can");
  }

  private long number(String moment) throws Exception {
    return TimelineMoment.parse(folder + moment).orElseThrow().find().number();
  }

  private void refused(String moment, String why) {
    TimelineException e = assertThrows(TimelineException.class, () -> number(moment));
    assertTrue(e.getMessage().contains(why), e.getMessage());
    assertFalse(e.getMessage().contains("\n"), e.getMessage());
  }
}
