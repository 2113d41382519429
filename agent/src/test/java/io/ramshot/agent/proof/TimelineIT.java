package io.ramshot.agent.proof;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.agent.ForkedJvm;
import io.ramshot.agent.timeline.Checkpoint;
import io.ramshot.agent.timeline.TimelineFolder;
import io.ramshot.image.Absorption;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A timeline of a deterministic machine: what each checkpoint must hold follows from how many
 * instructions the machine had executed, whatever happened to the JVMs that wrote it.
 */
@Tag("once")
class TimelineIT {
  private static final long MEMORY = 16 << 20;
  private static final List<String> MACHINE = List.of("--deterministic", "--memory=16m");
  private static final int KEEP = 3;
  private static final int KILLS = 4;

  /** Ticks come faster than checkpoints can be taken, so that there is never a pause. */
  private static final String RING = ",pool=8m,every=10ms,keep=" + KEEP + ",timeline=";

  @TempDir private Path directory;

  private ForkedJvm start(String options) throws Exception {
    return SampleMachine.start(ForkedJvm.java().withAgent(SampleMachine.AGENT + options), MACHINE);
  }

  private static List<Checkpoint> list(Path folder) throws Exception {
    return new TimelineFolder(folder).list();
  }

  /** By its name: who asks so often had better not read the files. */
  private static long newest(Path folder) throws Exception {
    if (!Files.isDirectory(folder)) {
      return 0;
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.matches("timeline-[0-9]{6}.ramshot"))
          .mapToLong(name -> Long.parseLong(name.substring(9, 15)))
          .max()
          .orElse(0);
    }
  }

  private static void awaitNewest(ForkedJvm machine, Path folder, long number) throws Exception {
    while (newest(folder) < number) {
      assertTrue(machine.isAlive(), machine::toString); // a watchdog ends it
      Thread.sleep(5);
    }
  }

  /** Killed at moments that nobody chose, it goes on from where it was, and so does the ring. */
  @Test
  void killedAtAnyMomentItIsWhole() throws Exception {
    Path folder = directory.resolve("timeline");
    Random random = new Random(20);
    Map<Long, String> bySteps = new TreeMap<>();
    Map<Long, Long> byNumber = new HashMap<>();
    for (int kill = 0; kill < KILLS; kill++) {
      long before = newest(folder);
      try (ForkedJvm machine = start(RING + folder + (kill == 0 ? "" : ",restore=" + folder))) {
        awaitNewest(machine, folder, before + KEEP + 1);
        Thread.sleep(random.nextInt(60));
        machine.kill();
        machine.exitStatus();
        assertEquals(1 + (kill == 0 ? 0 : 1), machine.messages().size(), machine::toString);
      }
      check(folder, bySteps, byNumber);
    }
    assertReplays(bySteps);
    assertGoesBack(folder);
    assertRefusesWhatIsNotThere(folder);
  }

  /** Each checkpoint that is listed can be read, and is what it was when it was seen before. */
  private static void check(Path folder, Map<Long, String> bySteps, Map<Long, Long> byNumber)
      throws Exception {
    List<Checkpoint> list = list(folder);
    assertTrue(list.size() == KEEP || list.size() == KEEP + 1, list.toString());
    try (Stream<Path> files = Files.list(folder)) {
      List<String> names = files.map(file -> file.getFileName().toString()).toList();
      assertTrue(names.size() <= KEEP + 2, names.toString()); // the lock and one more
    }
    for (Checkpoint checkpoint : list) {
      assertTrue(checkpoint.isWhole(), checkpoint.problem());
      SavedMachine saved = SavedMachine.read(checkpoint.path());
      Long steps = byNumber.putIfAbsent(checkpoint.number(), saved.steps());
      assertTrue(steps == null || steps == saved.steps(), checkpoint.toString());
      String digest = Replay.digest(saved.ram(), saved.state());
      assertEquals(bySteps.getOrDefault(saved.steps(), digest), digest);
      bySteps.put(saved.steps(), digest);
    }
  }

  private static void assertReplays(Map<Long, String> bySteps) throws Exception {
    Replay replay = new Replay(MEMORY);
    for (Map.Entry<Long, String> entry : bySteps.entrySet()) {
      replay.runTo(entry.getKey());
      assertEquals(replay.digest(), entry.getValue(), "after " + entry.getKey() + " instructions");
    }
  }

  /** Nothing is that old: the machine does not start. */
  private void assertRefusesWhatIsNotThere(Path folder) throws Exception {
    try (ForkedJvm machine = start(",restore=" + folder + "@-60m")) {
      assertEquals(1, machine.exitStatus());
      assertEquals(List.of(), machine.out());
      assertTrue(
          machine.messages().get(0).contains("there is no checkpoint -60m in " + folder),
          machine::toString);
    }
  }

  /** Leaves the oldest on its way out, as far as its header was cleared. */
  private static void cutOffMerge(Path folder) throws Exception {
    List<Checkpoint> list = list(folder);
    Absorption.resume(list.get(0).path()); // which the last kill may have left in the middle of one
    Path merging = Absorption.file(list.get(1).path());
    Files.move(list.get(0).path(), merging);
    try (FileChannel channel = FileChannel.open(merging, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.allocate(4096), 0);
    }
    assertEquals(list.size() - 1, list(folder).size());
  }

  /**
   * Reverse execution: back to the oldest, and forward again to where the newest is. Its RAM comes
   * from a merge that was cut off.
   */
  private void assertGoesBack(Path folder) throws Exception {
    cutOffMerge(folder);
    List<Checkpoint> list = list(folder);
    SavedMachine newest = SavedMachine.read(list.get(list.size() - 1).path());
    long back =
        list.get(list.size() - 1).freezeTime().toEpochMilli()
            - list.get(0).freezeTime().toEpochMilli();
    Path dump = directory.resolve("again");
    String options = SampleMachine.AGENT + ",lazy=true,restore=" + folder + "@-" + back + "ms";
    SampleMachine.dump(ForkedJvm.java().withAgent(options), MACHINE, newest.steps(), dump);
    assertTrue(SavedMachine.read(list.get(0).path()).steps() < newest.steps());
    assertArrayEquals(
        newest.state(), Files.readAllBytes(directory.resolve("again.state")), "state");
    byte[] ram = Files.readAllBytes(directory.resolve("again.ram"));
    assertEquals(-1, newest.ram().mismatch(ByteBuffer.wrap(ram)), "RAM");
  }
}
