package io.ramshot.agent.cli;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every refusal of a JVM to load the agent has its own remedy. */
class LoadRefusalTest {
  private static final String NO_JAR = "Agent JAR not found or no Agent-Class attribute";
  private static final String FLAG = "-XX:+EnableDynamicAgentLoading";

  @TempDir private Path folder;

  private static String refusal(File jar, String text) {
    return LoadRefusal.of(ProcessHandle.current().pid(), jar, text).getMessage();
  }

  @Test
  void aJarThatTheProcessDoesNotSeeIsNotBlamedOnAFlag() {
    String line = refusal(folder.resolve("ramshot.jar").toFile(), NO_JAR);
    assertTrue(line.contains("has no " + folder) && line.contains("where both see it"), line);
    assertFalse(line.contains(FLAG), line);
  }

  @Test
  void aJarThatIsThereIsToBeMadeReadable() throws Exception {
    String line = refusal(Files.createFile(folder.resolve("ramshot.jar")).toFile(), NO_JAR);
    assertTrue(line.contains("cannot read " + folder) && line.contains("chmod a+r"), line);
    assertFalse(line.contains(FLAG), line);
  }

  @Test
  void theFlagIsNamedWhereItIsTheReason() {
    String line = refusal(new File("/x"), "Failed to load: Dynamic agent loading is not enabled");
    assertTrue(line.contains(FLAG), line);
  }

  @Test
  void aRuntimeThatLacksAModuleIsToldWhich() {
    String line = refusal(new File("/x"), "Module java.instrument may be missing from runtime");
    assertTrue(line.contains("without module java.instrument"), line);
    assertFalse(line.contains(FLAG), line);
  }
}
