package io.ramshot.agent.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.example.host.MemoryHost;
import io.ramshot.agent.ForkedJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** ramshot comes to a JVM that runs already, by its process id. */
class LateAttachIT {

  @TempDir private Path directory;

  @Test
  void memoryAllocatedLaterIsFoundAndOfEarlierMemoryOnlyDirectBuffers() throws Exception {
    Path image = directory.resolve("late.ramshot");
    try (ForkedJvm host = ForkedJvm.java().start(MemoryHost.class)) {
      host.awaitOut(line -> line.equals("ready"));
      KernelWriteIT.order(host, "direct early 16 1");
      KernelWriteIT.order(host, "unsafe unseen 16 2");
      String pid = Long.toString(host.pid());
      run(0, "attach", pid, "ram.min=8m,rate=64m").awaitOut(line -> line.equals("blocks: 1"));
      KernelWriteIT.order(host, "unsafe late 16 3");
      KernelWriteIT.order(host, "direct later 16 4");
      run(0, "status", pid).awaitOut(line -> line.equals("blocks: 3"));
      run(0, "snapshot", pid, image.toString());
      // What is freed goes, whether it was seen or not.
      KernelWriteIT.order(host, "free late");
      KernelWriteIT.order(host, "free unseen");
      run(0, "status", pid).awaitOut(line -> line.equals("blocks: 2"));
      assertEquals(List.of(), host.messages());
    }
    List<Boolean> right =
        SavedMachine.read(image).blocks().values().stream()
            .map(
                block ->
                    MemoryHost.holds(block, 1)
                        || MemoryHost.holds(block, 3)
                        || MemoryHost.holds(block, 4))
            .toList();
    assertEquals(List.of(true, true, true), right);
  }

  /** RAM in a direct buffer, a board and a running vCPU that were there before ramshot. */
  @Test
  void aMachineThatRunsIsTakenWhole() throws Exception {
    Path image = directory.resolve("edge.ramshot");
    try (ForkedJvm machine = SampleMachine.start(ForkedJvm.java(), "--memory=32m")) {
      machine.awaitOut(line -> line.equals("edge: ready"));
      String pid = Long.toString(machine.pid());
      run(0, "attach", pid, SampleMachine.AGENT).awaitOut(line -> line.equals("blocks: 1"));
      for (int i = 0; i < 3; i++) {
        Files.deleteIfExists(image);
        run(0, "snapshot", pid, image.toString());
        EdgePattern.check(SavedMachine.read(image).ram());
      }
      SampleMachine.awaitProgress(machine);
      assertEquals(List.of(), machine.messages());
    }
    try (ForkedJvm machine =
        SampleMachine.start(
            ForkedJvm.java().withAgent(SampleMachine.AGENT + ",restore=" + image),
            "--memory=32m")) {
      machine.awaitOut(line -> line.startsWith("edge: pass "));
      assertTrue(!machine.out().contains("edge: ready"), machine.toString());
    }
  }

  /** Memory from Unsafe has no object that could be found: such a machine must be started anew. */
  @Test
  void aMachineWhoseRamIsNotFoundIsToldSo() throws Exception {
    try (ForkedJvm machine =
        SampleMachine.start(ForkedJvm.java(), "--memory=32m", "--ram=unsafe")) {
      machine.awaitOut(line -> line.equals("edge: ready"));
      String pid = Long.toString(machine.pid());
      run(0, "attach", pid, SampleMachine.AGENT).awaitOut(line -> line.equals("blocks: none"));
      ForkedJvm refused = run(1, "snapshot", pid, directory.resolve("x.ramshot").toString());
      assertTrue(
          refused.messages().get(0).contains("no guest RAM is registered"), refused::toString);
      SampleMachine.awaitProgress(machine);
    }
    try (var left = Files.list(directory)) {
      assertEquals(0, left.count());
    }
  }

  private static ForkedJvm run(int status, String... arguments) throws Exception {
    ForkedJvm jvm = ForkedJvm.commandLine(arguments);
    assertEquals(status, jvm.exitStatus(), jvm.toString());
    return jvm;
  }
}
