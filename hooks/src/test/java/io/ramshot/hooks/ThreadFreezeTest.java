package io.ramshot.hooks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Without any gate, an image is one instant of all threads. */
class ThreadFreezeTest {

  private static final int SNAPSHOTS = 6;
  private static final int HEAP_SNAPSHOTS = 3;

  @TempDir Path folder;

  private List<String> run(
      String freeze, int snapshots, String kind, String ram, String... jvmOptions)
      throws Exception {
    List<String> lines =
        ForkedHostJvm.of(
                ThreadFreeze.class,
                freeze,
                Integer.toString(snapshots),
                folder.toString(),
                kind,
                ram)
            .options(jvmOptions)
            .succeed();
    lines.forEach(System.out::println);
    return lines;
  }

  @Test
  void imageIsOneInstantOfThreadsThatNoGateStops() throws Exception {
    List<String> lines = run("threads", SNAPSHOTS, "platform", "direct");
    assertTrue(lines.contains("defects 0"), lines::toString);
  }

  /**
   * Threads stand still wherever they are, while the collector may want to move what they write.
   */
  @ParameterizedTest
  @CsvSource({"bytes, UseG1GC", "words, UseParallelGC", "words, UseZGC"})
  void imageOfTheHeapIsOneInstantOfThreadsThatNoGateStops(String ram, String collector)
      throws Exception {
    List<String> lines = run("threads", HEAP_SNAPSHOTS, "platform", ram, "-XX:+" + collector);
    assertTrue(lines.contains("defects 0"), lines::toString);
  }

  /** What the tests above could not see if it did not look. */
  @Test
  void withoutItImagesAreNoInstant() throws Exception {
    assertNotEquals("defects 0", last(run("gates", 10 * SNAPSHOTS, "platform", "direct")));
  }

  @Test
  @EnabledForJreRange(min = JRE.JAVA_21)
  void imageIsOneInstantOfVirtualThreads() throws Exception {
    List<String> lines = run("threads", SNAPSHOTS, "virtual", "direct");
    assertTrue(lines.contains("defects 0"), lines::toString);
  }

  private List<String> runCase(String name, String... options) throws Exception {
    List<String> lines =
        ForkedHostJvm.of(ThreadFreezeCases.class, name, folder.toString())
            .options(options)
            .succeed();
    assertTrue(lines.contains("the guest runs on"), lines::toString);
    return lines;
  }

  private static void assertLine(List<String> lines, String... parts) {
    assertTrue(
        lines.stream().anyMatch(line -> List.of(parts).stream().allMatch(line::contains)),
        () -> List.of(parts) + " is not in one line of " + lines);
  }

  @Test
  void participantThatWaitsForASuspendedThreadIsRefusedByName() throws Exception {
    assertLine(
        runCase("lock"),
        "FAILED the freeze took longer than 1000 ms, because blitter did not finish");
  }

  @Test
  void nativeCodeThatRunsOnIsSaid() throws Exception {
    assertLine(
        runCase("native"),
        "warning thread \"native-cpu\" was in native code when all Java threads were suspended",
        "com.sun.jna.Native.invoke");
  }

  @Test
  void withGatesParticipantsSaveBeforeThreadsAreSuspended() throws Exception {
    List<String> lines = runCase("both");
    assertLine(lines, "after vCPUs have come to their gates");
    assertEquals(10, lines.stream().filter(line -> line.startsWith("COMPLETED")).count());
  }

  @Test
  void rightThatADebuggerHasIsSaidAndTheSnapshotRefused() throws Exception {
    assertLine(
        runCase(
            "plain", "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=127.0.0.1:0"),
        "FAILED freeze=threads: threads cannot be suspended, because a debugger or another agent");
  }

  private static String last(List<String> lines) {
    return lines.get(lines.size() - 1);
  }
}
