package io.ramshot.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.example.host.RamHost;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.management.MBeanException;
import javax.management.Notification;
import javax.management.RuntimeMBeanException;
import javax.management.openmbean.CompositeData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Snapshots of a live host over JMX, by a client that lacks our classes. */
class SnapshotIT {
  private static final String GATE = "gate=" + RamHost.class.getName() + "::run";
  private static final String STATE = ",state=" + RamHost.class.getName() + "$Cpu::save/load";

  /** A snapshot of 64 MiB takes this many seconds at the rate below. */
  private static final String SLOW = ",rate=8m";

  @TempDir private Path directory;

  private static ForkedJvm host(String options) throws Exception {
    ForkedJvm jvm = ForkedJvm.java().withAgent(options).start(RamHost.class);
    jvm.awaitOut(line -> line.startsWith("step"));
    return jvm;
  }

  @Test
  void aSnapshotCompletesAndTellsItsListeners() throws Exception {
    Path target = directory.resolve("a.ramshot");
    try (ForkedJvm jvm = host(GATE + STATE);
        JmxClient client = JmxClient.connect(jvm).awaitBean()) {
      BlockingQueue<Notification> heard = new LinkedBlockingQueue<>();
      client.server.addNotificationListener(
          client.bean, (notification, handback) -> heard.add(notification), null, null);
      assertEquals(target.toString(), client.start(target));
      CompositeData result = client.waitFor(30_000);
      assertEquals("COMPLETED", result.get("state"), result.toString());
      assertEquals("", result.get("message"));
      assertEquals(Files.size(target), result.get("fileBytes"));
      CompositeData status = (CompositeData) result.get("status");
      assertEquals((long) RamHost.BYTES, status.get("totalBytes"));
      assertEquals((long) RamHost.BYTES, status.get("doneBytes"));
      assertTrue((Long) ((CompositeData) status.get("pause")).get("totalNanos") > 0);

      assertEquals(result.get("id"), ((CompositeData) client.get("LastResult")).get("id"));
      assertEquals(1, ((CompositeData[]) client.get("History")).length);
      CompositeData block = ((CompositeData[]) client.get("Blocks"))[0];
      assertEquals((long) RamHost.BYTES, block.get("bytes"));
      assertTrue(((String) block.get("address")).matches("0x[0-9a-f]+"));

      Notification started = heard.poll(10, TimeUnit.SECONDS);
      Notification completed = heard.poll(10, TimeUnit.SECONDS);
      assertEquals("io.ramshot.snapshot.started", started.getType());
      assertEquals("io.ramshot.snapshot.completed", completed.getType());
      assertEquals(result.get("id"), ((CompositeData) completed.getUserData()).get("id"));
      assertTrue(completed.getMessage().contains(target.toString()));
      assertEquals(List.of(), jvm.messages());
    }
  }

  @Test
  void aSlowSnapshotCanBeWatchedWaitedForAndCancelled() throws Exception {
    Path target = directory.resolve("slow.ramshot");
    try (ForkedJvm jvm = host(GATE + SLOW);
        JmxClient client = JmxClient.connect(jvm).awaitBean()) {
      client.start(target);
      CompositeData soFar = client.waitFor(300);
      assertTrue(List.of("PREPARING", "FREEZING", "SAVING").contains(soFar.get("state")));
      assertEquals("still running", soFar.get("message"));
      MBeanException second =
          assertThrows(
              MBeanException.class,
              () -> {
                try {
                  client.start(directory.resolve("second.ramshot"));
                } catch (RuntimeMBeanException e) {
                  throw new MBeanException(e.getTargetException());
                }
              });
      assertEquals(IllegalStateException.class, second.getTargetException().getClass());
      assertTrue(second.getTargetException().getMessage().contains("running"));
      assertTrue(client.cancel());
      CompositeData result = client.waitFor(10_000);
      assertEquals("CANCELLED", result.get("state"));
      assertFalse(client.cancel());
      try (var left = Files.list(directory)) {
        assertEquals(0, left.count(), "no file remains");
      }
    }
  }

  @Test
  void aRelativePathIsTheTargetsOwn() throws Exception {
    try (ForkedJvm jvm = host(GATE);
        JmxClient client = JmxClient.connect(jvm).awaitBean()) {
      RuntimeMBeanException e =
          assertThrows(RuntimeMBeanException.class, () -> client.start("none/x.ramshot"));
      assertEquals(IllegalArgumentException.class, e.getTargetException().getClass());
      assertTrue(
          e.getTargetException().getMessage().contains(Path.of("").toAbsolutePath() + "/none"));
    }
  }

  @Test
  void aPoolThatMayBeTooLargeIsSaidAndInTheStatus() throws Exception {
    try (ForkedJvm jvm = host(GATE + ",pool=64m");
        JmxClient client = JmxClient.connect(jvm).awaitBean()) {
      /* Enough for the pool, but not for what classes and compiled code may take as well. */
      long bytes = writable(jvm.pid()) + (83L << 20);
      Process prlimit =
          new ProcessBuilder("prlimit", "--pid=" + jvm.pid(), "--data=" + bytes + ":")
              .inheritIO()
              .start();
      assertEquals(0, prlimit.waitFor(), "prlimit");
      client.start(directory.resolve("a.ramshot"));
      CompositeData result = client.waitFor(30_000);
      assertEquals("COMPLETED", result.get("state"), result.toString());
      CompositeData status = (CompositeData) result.get("status");
      assertEquals(64L << 20, status.get("poolBytes"));
      assertTrue((Long) status.get("ownBytes") > 64L << 20, status.toString());
      String warning = ((String[]) status.get("warnings"))[0];
      assertTrue(
          warning.startsWith("pool=64m may be too much") && warning.contains("ulimit -d"), warning);
      assertEquals(List.of("[ramshot] " + warning), jvm.messages());
    }
  }

  private static long writable(long pid) throws Exception {
    return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
        .filter(line -> line.startsWith("VmData:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aRestoredGuestGoesOnWhereItWas() throws Exception {
    Path target = directory.resolve("r.ramshot");
    try (ForkedJvm jvm = host(GATE + STATE);
        JmxClient client = JmxClient.connect(jvm).awaitBean()) {
      client.start(target);
      assertEquals("COMPLETED", client.waitFor(30_000).get("state"));
    }
    try (ForkedJvm jvm = host(GATE + STATE + ",restore=" + target)) {
      String[] words = jvm.awaitOut(line -> line.startsWith("step")).split(" ");
      assertTrue(Long.parseLong(words[1]) > 0, jvm.toString());
      assertEquals(words[1], words[3], "RAM holds what the CPU wrote last");
      jvm.awaitErr(line -> line.startsWith("[ramshot] restore: the guest goes on from " + target));
    }
    refused(GATE, target, "holds the state of");
    refused(GATE + STATE + ",ram.min=128m", target, "no block");
    refused(GATE + STATE + ",stat=x", target, "'stat' is unknown");
    refused("jmx=true", target, "gate=");
    refused(GATE, directory.resolve("none"), "none");
    byte[] bytes = Files.readAllBytes(target);
    bytes[(2 << 20) + 100] ^= 1;
    Path damaged = Files.write(directory.resolve("damaged"), bytes);
    refused(GATE + STATE, damaged, "damaged");
    refused(GATE, Files.writeString(directory.resolve("text"), "text"), "not a ramshot image");
  }

  private static void refused(String options, Path image, String why) throws Exception {
    try (ForkedJvm jvm =
        ForkedJvm.java().withAgent(options + ",restore=" + image).start(RamHost.class)) {
      assertEquals(1, jvm.exitStatus(), jvm.toString());
      assertEquals(1, jvm.messages().size(), jvm.toString());
      String line = jvm.messages().get(0);
      assertTrue(line.startsWith("[ramshot] restore: ") && line.contains(why), line);
      assertTrue(jvm.out().stream().noneMatch(text -> text.startsWith("step")), "no quantum ran");
    }
  }
}
