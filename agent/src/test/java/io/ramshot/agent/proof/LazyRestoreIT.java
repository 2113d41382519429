package io.ramshot.agent.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.agent.ForkedJvm;
import io.ramshot.agent.JmxClient;
import io.ramshot.image.Image;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import javax.management.openmbean.CompositeData;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A machine that runs before its RAM is there comes to the same as one that never stopped. */
class LazyRestoreIT {
  private static final long FURTHER = 30_012_345;
  private static final int DAMAGED_EXIT = 74;

  @TempDir private static Path directory;
  private static Path image;

  private static List<String> arguments(String kind) {
    return List.of("--deterministic", "--memory=64m", "--ram=" + kind);
  }

  @BeforeAll
  static void save() throws Exception {
    image = directory.resolve("saved.ramshot");
    try (ForkedJvm machine =
            SampleMachine.start(
                ForkedJvm.java().withAgent(SampleMachine.AGENT), arguments("direct"));
        JmxClient client = SampleMachine.connect(machine)) {
      SampleMachine.awaitProgress(machine);
      SampleMachine.snapshot(machine, client, image);
    }
  }

  /** Read ahead so slowly that the machine touches nearly all of it first, or at full speed. */
  @ParameterizedTest
  @ValueSource(strings = {"direct,rate=16m", "unsafe"})
  void comesToTheSameAsAnUninterruptedRun(String kindAndRate) throws Exception {
    String kind = kindAndRate.split(",")[0];
    String more = kindAndRate.substring(kind.length());
    long stopAt = SavedMachine.read(image).steps() + FURTHER;
    Path uninterrupted = directory.resolve("uninterrupted-" + kind);
    SampleMachine.dump(ForkedJvm.java(), arguments(kind), stopAt, uninterrupted);
    Path restored = directory.resolve("restored-" + kind);
    List<String> all = new ArrayList<>(arguments(kind));
    all.add("--stop-at=" + stopAt);
    all.add("--dump=" + restored);
    List<String> messages;
    try (ForkedJvm machine = SampleMachine.start(lazily(image, more), all)) {
      assertEquals(0, machine.exitStatus(), machine.toString());
      messages = machine.messages();
    }
    assertTrue(messages.get(0).contains(", its RAM follows, after "), messages.toString());
    for (String suffix : List.of(".ram", ".state")) {
      assertEquals(
          -1,
          Files.mismatch(
              directory.resolve(uninterrupted.getFileName() + suffix),
              directory.resolve(restored.getFileName() + suffix)),
          suffix);
    }
  }

  @Test
  void tellsHowFarItIs() throws Exception {
    try (ForkedJvm machine = SampleMachine.start(lazily(image, ",rate=64m"), arguments("direct"));
        JmxClient client = SampleMachine.connect(machine)) {
      /* Asked for in mid-restore: it waits until all is there, and then has all of it. */
      Path second = directory.resolve("second.ramshot");
      SampleMachine.snapshot(machine, client, second);
      SavedMachine.read(second);
      CompositeData restore = (CompositeData) client.get("Restore");
      assertEquals(image.toString(), restore.get("image"));
      assertEquals(true, restore.get("lazy"));
      assertEquals(true, restore.get("complete"));
      assertEquals(restore.get("totalBytes"), restore.get("presentBytes"));
      assertTrue((Long) restore.get("faults") > 0, restore.toString());
      machine.awaitErr(line -> line.contains("restore: all of RAM is there, "));
      assertEquals(2, machine.messages().size(), machine.messages().toString());
    }
  }

  @Test
  void aDamagedPageEndsTheMachine() throws Exception {
    Path damaged = directory.resolve("damaged.ramshot");
    Files.copy(image, damaged);
    try (Image good = Image.open(image);
        FileChannel channel = FileChannel.open(damaged, StandardOpenOption.WRITE)) {
      long offset = good.blocks().get(0).fileOffset(9000, good.header().pageSize());
      channel.write(ByteBuffer.wrap(new byte[] {1, 2, 3}), offset + 77);
    }
    try (ForkedJvm machine = SampleMachine.start(lazily(damaged, ""), arguments("direct"))) {
      assertEquals(DAMAGED_EXIT, machine.exitStatus(), machine.toString());
      String last = machine.messages().get(machine.messages().size() - 1);
      assertTrue(
          last.contains(damaged + " is damaged: page 9000 of block ")
              && last.contains("; the JVM is stopped, exit status 74: "),
          last);
    }
  }

  private static ForkedJvm.Builder lazily(Path image, String more) {
    return ForkedJvm.java().withAgent(SampleMachine.AGENT + ",restore=" + image + ",lazy" + more);
  }
}
