package io.ramshot.hooks;

import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.io.TempDir;

/** Without any gate, an image is one instant of all threads. */
class ThreadFreezeTest {

  private static final int SNAPSHOTS = 20;

  @TempDir Path folder;

  private List<String> run(String freeze, int snapshots, String kind) throws Exception {
    List<String> lines =
        ForkedHostJvm.of(
                ThreadFreeze.class, freeze, Integer.toString(snapshots), folder.toString(), kind)
            .succeed();
    lines.forEach(System.out::println);
    return lines;
  }

  @Test
  void imageIsOneInstantOfThreadsThatNoGateStops() throws Exception {
    List<String> lines = run("threads", SNAPSHOTS, "platform");
    assertTrue(lines.contains("defects 0"), lines::toString);
  }

  /** What the test above could not see if it did not look. */
  @Test
  void withoutItImagesAreNoInstant() throws Exception {
    assertNotEquals("defects 0", last(run("gates", 3, "platform")));
  }

  @Test
  @EnabledForJreRange(min = JRE.JAVA_21)
  void imageIsOneInstantOfVirtualThreads() throws Exception {
    List<String> lines = run("threads", SNAPSHOTS, "virtual");
    assertTrue(lines.contains("defects 0"), lines::toString);
  }

  private static String last(List<String> lines) {
    return lines.get(lines.size() - 1);
  }
}
