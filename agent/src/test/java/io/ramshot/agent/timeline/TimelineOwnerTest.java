package io.ramshot.agent.timeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.agent.options.TimelinePlan;
import io.ramshot.image.Absorption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whose a timeline's folder and its checkpoints are. */
@Tag("once")
class TimelineOwnerTest {
  @TempDir private Path parent;
  private final FakeCamera camera = new FakeCamera();
  private final List<String> console = new ArrayList<>();

  private TimelinePlan plan(Path folder) {
    return new TimelinePlan(folder, Duration.ofSeconds(10), 3);
  }

  private Path folder() {
    return parent.resolve("timeline");
  }

  private Timeline open(Camera by) throws TimelineException {
    return Timeline.open(plan(folder()), by, console::add);
  }

  private void ticks(Camera by, int count) throws TimelineException {
    try (Timeline timeline = open(by)) {
      for (int i = 0; i < count; i++) {
        timeline.tick();
      }
    }
  }

  private static Set<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(f -> f.getFileName().toString())
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  private void refused(Path folder, String... words) {
    TimelineException e =
        assertThrows(
            TimelineException.class,
            () -> Timeline.start(plan(folder), Duration.ofDays(1), camera, console::add));
    for (String word : words) {
      assertTrue(e.getMessage().contains(word), e.getMessage());
    }
  }

  /** Nothing of it is let go, merged or tidied up, however often it is tried. */
  @Test
  void anotherGuestsCheckpointsStay() throws Exception {
    ticks(camera, 4);
    Files.writeString(folder().resolve(".timeline-000005.ramshot.77.part"), "left");
    Files.move(
        folder().resolve(TimelineName.of(2)),
        Absorption.file(folder().resolve(TimelineName.of(3))));
    Set<String> before = names(folder());
    FakeCamera other = new FakeCamera();
    other.rename("another");
    TimelineException e =
        assertThrows(
            TimelineException.class,
            () -> Timeline.start(plan(folder()), Duration.ofDays(1), other, console::add));
    assertEquals(
        "the checkpoints in "
            + folder()
            + " are another guest's (block another is DIRECT of 200 KiB here and missing there, in"
            + " #4): choose another folder, or remove them",
        e.getMessage());
    try (Timeline timeline = open(other)) {
      for (int i = 0; i < 5; i++) {
        timeline.tick();
      }
      assertEquals(e.getMessage(), timeline.status().message());
      assertEquals(5, timeline.status().failed());
    }
    assertEquals(before, names(folder()));
    assertEquals(List.of(), other.parents);
    ticks(camera, 1); // it is its own guest's all the same
    assertEquals(
        Set.of(
            "timeline-000003.ramshot",
            "timeline-000004.ramshot",
            "timeline-000005.ramshot",
            "timeline.lock"),
        names(folder()));
  }

  /** A host that has not allocated its RAM yet may still be the one. */
  @Test
  void whatTheGuestLacksMayStillCome() throws Exception {
    ticks(camera, 2);
    camera.rename(null);
    Timeline started = Timeline.start(plan(folder()), Duration.ofDays(1), camera, console::add);
    started.stop();
    started.join(Duration.ofMinutes(1));
    console.clear();
    try (Timeline timeline = open(camera)) {
      timeline.tick();
      assertTrue(timeline.status().message().contains("is there and not here"), console.toString());
      camera.rename("ram");
      timeline.tick();
      assertEquals("", timeline.status().message());
    }
    assertTrue(names(folder()).contains("timeline-000003.ramshot"));
  }

  /** Its RAM may be another by now: it is known from where it began, or by what it has taken. */
  @Test
  void whatIsKnownToBeItsOwnGoesOn() throws Exception {
    camera.remembers = true;
    ticks(camera, 2);
    camera.rename("grown");
    ticks(camera, 1);
    camera.remembers = false;
    camera.rename("grown more");
    camera.restoredFrom = Optional.of(folder().resolve(TimelineName.of(1)));
    ticks(camera, 1);
    assertEquals("[]", console.toString());
    assertTrue(names(folder()).contains("timeline-000004.ramshot"));
    camera.restoredFrom = Optional.of(parent.resolve("elsewhere.ramshot"));
    camera.rename("somebody's");
    refused(folder(), "are another guest's");
  }

  @Test
  void whatCannotBeReadMayBeAnybodys() throws Exception {
    Files.createDirectories(folder());
    Files.writeString(folder().resolve(TimelineName.of(7)), "of a newer ramshot, say");
    refused(folder(), "no checkpoint in", "can be read", "choose another folder");
    assertEquals("of a newer ramshot, say", Files.readString(folder().resolve(TimelineName.of(7))));
  }

  @Test
  void aFolderThatOthersCanWriteToIsRefused() throws Exception {
    Path folder = Files.createDirectory(folder());
    for (String mode : List.of("rwxrwx---", "rwx---rwx", "rwxrwxrwx")) {
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(mode));
      refused(folder, "can be written by others (mode ", "chmod go-w");
    }
    Files.setAttribute(folder, "unix:mode", 01777);
    refused(folder, "mode 1777", "name a new folder in it");
    assertEquals(Set.of(), names(folder));
    // In a folder with the sticky bit, what is ours stays ours.
    Timeline.open(plan(folder.resolve("mine")), camera, console::add).close();
    assertEquals(
        "rwx------",
        PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("mine"))));
    Files.setAttribute(folder, "unix:mode", 0777);
    refused(folder.resolve("mine"), "where everybody can put another folder in its place");
    Files.setAttribute(folder, "unix:mode", 0755);
    Timeline.open(plan(folder), camera, console::add).close();
  }

  @Test
  void anotherUsersFolderIsRefused() throws Exception {
    if (!System.getProperty("user.name").equals("root")) {
      return; // only root can give a folder away
    }
    Path folder = Files.createDirectory(folder());
    Files.setAttribute(folder, "unix:uid", 65534);
    refused(folder, "belongs to user", "choose a folder of your own");
    assertEquals(Set.of(), names(folder));
  }

  /** The link may lead elsewhere tomorrow: the folder that it led to is the timeline's. */
  @Test
  void aLinkIsFollowedOnce() throws Exception {
    Path real = Files.createDirectory(parent.resolve("real"));
    Files.setPosixFilePermissions(real, PosixFilePermissions.fromString("rwx------"));
    Path other = Files.createDirectory(parent.resolve("other"));
    Path link = Files.createSymbolicLink(parent.resolve("link"), real);
    try (Timeline timeline = Timeline.open(plan(link), camera, console::add)) {
      timeline.tick();
      Files.delete(link);
      Files.createSymbolicLink(link, other);
      timeline.tick();
    }
    assertEquals(
        Set.of("timeline-000001.ramshot", "timeline-000002.ramshot", "timeline.lock"), names(real));
    assertEquals(Set.of(), names(other));
  }

  /** A FIFO would be waited for; a link would be written through, or take its target with it. */
  @Test
  void whatIsNoRegularFileIsPassedOver() throws Exception {
    ticks(camera, 3);
    Path victim = Files.writeString(parent.resolve("victim"), "precious");
    Path fifo = folder().resolve(TimelineName.of(9));
    assertEquals(0, new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor());
    Path merging = Absorption.file(folder().resolve(TimelineName.of(3)));
    Files.createSymbolicLink(folder().resolve(TimelineName.of(10)), victim);
    Files.createSymbolicLink(folder().resolve(".timeline-000011.ramshot.1.part"), victim);
    Files.createSymbolicLink(folder().resolve("timeline-000011.ramshot.trace"), victim);
    assertEquals(3, new TimelineFolder(folder()).list().size());
    assertEquals(2, new TimelineFolder(folder()).strangers().size());
    ticks(camera, 2);
    assertEquals("[#3, #11, #12]", new TimelineFolder(folder()).list().toString());
    for (Checkpoint checkpoint : new TimelineFolder(folder()).list()) {
      camera.check(checkpoint);
    }
    assertTrue(Files.exists(fifo, LinkOption.NOFOLLOW_LINKS));
    assertFalse(Files.exists(merging));
    assertEquals("precious", Files.readString(victim));
    assertEquals(List.of(), console);
  }

  /** Numbers end somewhere; then it says so. */
  @Test
  void thereIsNoNumberAfterTheLast() throws Exception {
    ticks(camera, 1);
    Files.createSymbolicLink(folder().resolve(TimelineName.of(999999999999999999L)), parent);
    try (Timeline timeline = open(camera)) {
      timeline.tick();
      assertTrue(
          timeline.status().message().startsWith("no number follows"), timeline.status().message());
    }
  }
}
