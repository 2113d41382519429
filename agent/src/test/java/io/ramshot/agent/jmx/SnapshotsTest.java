package io.ramshot.agent.jmx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.Guest;
import io.ramshot.SnapshotOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.management.Attribute;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanFeatureInfo;
import javax.management.MBeanInfo;
import javax.management.MBeanOperationInfo;
import javax.management.NotificationBroadcasterSupport;
import javax.management.openmbean.CompositeData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What holds of the bean before any snapshot. */
class SnapshotsTest {
  private final Snapshots snapshots =
      new Snapshots(
          new Guest(),
          SnapshotOptions.DEFAULTS,
          new HostView() {
            @Override
            public List<String> gates() {
              return List.of("a.B::c: called");
            }

            @Override
            public String profile() {
              return "none";
            }

            @Override
            public List<String> unmatched() {
              return List.of("nothing matched");
            }

            @Override
            public List<String> unusedRam() {
              return List.of("nothing there");
            }

            @Override
            public String tell(String message) {
              return "told: " + message;
            }
          },
          "jmx=true",
          "1",
          line -> {},
          JmxTargets.anywhere());
  private final DescribedBean<SnapshotsMXBean> bean =
      new DescribedBean<>(snapshots, SnapshotsMXBean.class, new NotificationBroadcasterSupport());

  @TempDir private Path directory;

  @Test
  void everythingIsDescribed() {
    MBeanInfo info = bean.getMBeanInfo();
    assertTrue(info.getDescription().contains("ramshot"), info.getDescription());
    assertEquals(12, info.getAttributes().length);
    for (MBeanAttributeInfo attribute : info.getAttributes()) {
      requireDescribed(attribute);
    }
    assertEquals(6, info.getOperations().length);
    for (MBeanOperationInfo operation : info.getOperations()) {
      requireDescribed(operation);
      for (MBeanFeatureInfo parameter : operation.getSignature()) {
        requireDescribed(parameter);
        assertFalse(parameter.getName().matches("p\\d+|arg\\d+"), parameter.getName());
      }
    }
  }

  private static void requireDescribed(MBeanFeatureInfo feature) {
    assertTrue(feature.getDescription().length() > 15, feature.toString());
    assertTrue(feature.getDescription().contains(" "), feature.toString());
  }

  @Test
  void beforeTheFirstSnapshotItIsIdle() throws Exception {
    CompositeData status = (CompositeData) bean.getAttribute("Status");
    assertEquals("IDLE", status.get("state"));
    assertEquals(0L, ((CompositeData) status.get("pause")).get("totalNanos"));
    assertNull(bean.getAttribute("LastResult"));
    assertEquals(0, ((Object[]) bean.getAttribute("History")).length);
    assertFalse(snapshots.cancel());
    assertThrows(IllegalStateException.class, () -> snapshots.waitFor(0));
    assertThrows(IllegalArgumentException.class, () -> snapshots.waitFor(-1));
    assertNotNull(bean.getAttribute("Gates"));
    assertThrows(Exception.class, () -> bean.setAttribute(new Attribute("Version", "2")));
  }

  @Test
  void badTargetsAreRefusedInOneLine() throws IOException {
    Path existing = Files.createFile(directory.resolve("existing.ramshot"));
    assertRefused("", "empty");
    assertRefused(null, "empty");
    assertRefused("a\0b", "not a path");
    assertRefused(directory.toString(), "is a folder");
    assertRefused(existing.toString(), "exists");
    assertRefused(
        directory.resolve("none/x.ramshot").toString(), "does not exist: create it first");
    assertRefused("\u001b[2J", "\\u001b[2J in the working");
    assertRefused("target", "in the working directory of the target JVM");
  }

  @Test
  void aDanglingLinkIsAnExistingFile() throws IOException {
    Path link = Files.createSymbolicLink(directory.resolve("link.ramshot"), Path.of("nowhere"));
    assertRefused(link.toString(), "exists");
  }

  @Test
  void aGuestWithoutRamIsRefusedWithAnExceptionThatEveryClientHas() {
    String target = directory.resolve("x.ramshot").toString();
    IllegalStateException e =
        assertThrows(IllegalStateException.class, () -> snapshots.start(target));
    assertNull(e.getCause());
    assertFalse(e.getMessage().contains("\n"));
    assertTrue(e.getMessage().startsWith("told: "), e.getMessage());
    assertTrue(e.getMessage().endsWith("give ram=none; nothing matched"), e.getMessage());
  }

  @Test
  void badTimelinesAreRefusedInOneLine() throws IOException {
    String folder = directory.resolve("timeline").toString();
    refusedTimeline(null, 1000, 3, "directory is empty");
    refusedTimeline(" ", 1000, 3, "directory is empty");
    refusedTimeline("a\0b", 1000, 3, "is not a path");
    refusedTimeline(folder, 0, 3, "everyMillis of 0 is not above 0");
    refusedTimeline(folder, Long.MIN_VALUE, 3, "is not above 0");
    refusedTimeline(folder, Long.MAX_VALUE, 3, "more than a year: give at most 31536000000");
    refusedTimeline(folder, 31_536_000_001L, 3, "more than a year");
    refusedTimeline(folder, 1000, 0, "keep=0 is not a number");
    refusedTimeline(folder, 1000, Integer.MIN_VALUE, "is not a number");
    refusedTimeline(folder, 1000, Integer.MAX_VALUE, "is not a number");
    assertFalse(Files.exists(directory.resolve("timeline")));
    assertNull(snapshots.getTimeline());
    assertFalse(snapshots.stopTimeline());
  }

  private void refusedTimeline(String folder, long every, int keep, String why) {
    String message =
        assertThrows(
                IllegalArgumentException.class, () -> snapshots.startTimeline(folder, every, keep))
            .getMessage();
    assertTrue(message.contains(why), message);
    assertFalse(message.contains("\n"), message);
  }

  /** One that is to last for a year takes its first tick, and tells when the next one is due. */
  @Test
  void theLongestTimelineRuns() throws Exception {
    Path folder = directory.resolve("timeline");
    assertEquals(folder.toString(), snapshots.startTimeline(folder.toString(), 31_536_000_000L, 1));
    CompositeData timeline = (CompositeData) bean.getAttribute("Timeline");
    while ((Long) timeline.get("failed") == 0 || !timeline.get("doing").equals("")) {
      Thread.sleep(5);
      timeline = (CompositeData) bean.getAttribute("Timeline");
    }
    assertEquals(true, timeline.get("running"));
    String failure = (String) timeline.get("lastFailure");
    assertTrue(failure.contains("no guest RAM is registered"), failure);
    assertNotNull(timeline.get("lastFailureTime"));
    assertNotNull(timeline.get("nextTime"));
    assertTrue(snapshots.stopTimeline());
  }

  private void assertRefused(String path, String why) {
    String message =
        assertThrows(IllegalArgumentException.class, () -> snapshots.start(path)).getMessage();
    assertTrue(message.contains(why), message);
    assertFalse(message.contains("\n"), message);
  }
}
