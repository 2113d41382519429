package io.ramshot.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.example.host.RamHost;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every command that has to do with an image says so where nobody was frozen for it. */
@Tag("once")
class FrozenIT {
  private static final String NOBODY = "nobody was frozen for this image: its pages may be of ";

  @TempDir private Path directory;

  private static ForkedJvm run(String... arguments) throws Exception {
    ForkedJvm jvm = ForkedJvm.commandLine(arguments);
    assertEquals(0, jvm.exitStatus(), jvm.toString());
    return jvm;
  }

  private static void says(List<String> lines, String part) {
    assertTrue(lines.stream().anyMatch(line -> line.contains(part)), part + " in " + lines);
  }

  @Test
  void nobodyIsNamedEverywhere() throws Exception {
    String image = directory.resolve("a.ramshot").toString();
    try (ForkedJvm jvm = ForkedJvm.java().withAgent("").start(RamHost.class)) {
      jvm.awaitOut(line -> line.startsWith("step"));
      String pid = Long.toString(jvm.pid());
      List<String> warnings = run("snapshot", pid, image).messages();
      says(warnings, NOBODY);
      says(warnings, "give gate= (java -jar ramshot.jar discover " + pid);
      says(run("status", pid).out(), NOBODY);
    }
    says(run("info", image).out(), "frozen      nobody: its pages may be of different instants");
    says(run("info", image, "--json").out(), "\"frozen\": \"nobody\"");
    says(run("verify", image).out(), "warning: " + NOBODY);
    says(run("verify", image, "--json").out(), "\"frozen\": \"nobody\"");
  }
}
