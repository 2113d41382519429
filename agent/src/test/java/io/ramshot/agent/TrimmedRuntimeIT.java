package io.ramshot.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.example.host.BareHost;
import com.example.host.RamHost;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.io.TempDir;

/** Runtimes as people trim them: a command or a host that lacks a module is told which. */
class TrimmedRuntimeIT {
  @TempDir private Path folder;

  /** A runtime of few modules, as jlink makes one, without making one. */
  private static ForkedJvm.Builder of(String modules) {
    return ForkedJvm.java("--limit-modules", modules);
  }

  private static ForkedJvm command(String... arguments) throws Exception {
    return of("java.base").with("-jar", ForkedJvm.RAMSHOT_JAR.toString()).with(arguments).start();
  }

  @Test
  void commandsForFilesNeedNothingButJavaBase() throws Exception {
    try (ForkedJvm help = command("snapshot", "--help");
        ForkedJvm profiles = command("profiles");
        ForkedJvm verify = command("verify", folder.resolve("none.ramshot").toString())) {
      assertEquals(0, help.exitStatus(), help.toString());
      assertTrue(help.out().get(0).startsWith("Usage: "), help.toString());
      assertEquals(0, profiles.exitStatus(), profiles.toString());
      assertEquals(1, verify.exitStatus(), verify.toString());
      assertTrue(verify.messages().get(0).contains("does not exist"), verify.toString());
    }
  }

  @Test
  void commandsForJvmsNameTheMissingModules() throws Exception {
    try (ForkedJvm status = command("status", "1");
        ForkedJvm discover = command("discover", "1")) {
      for (ForkedJvm jvm : List.of(status, discover)) {
        assertEquals(1, jvm.exitStatus(), jvm.toString());
        assertEquals(1, jvm.err().size(), jvm.toString());
        assertTrue(jvm.messages().get(0).contains("no module jdk.attach"), jvm.toString());
        assertTrue(jvm.messages().get(0).contains("with a JDK's java"), jvm.toString());
      }
    }
  }

  @Test
  void aHostWithoutManagementHasATimelineAndIsToldOnceThatItHasNoBean() throws Exception {
    Path timeline = folder.resolve("timeline");
    try (ForkedJvm jvm =
        of("java.instrument")
            .withAgent(
                "gate="
                    + RamHost.class.getName()
                    + "::run,timeline="
                    + timeline
                    + ",every=200ms,keep=2")
            .start(RamHost.class)) {
      String line = jvm.awaitErr(text -> text.startsWith("[ramshot] "));
      assertTrue(line.contains("without module java.management"), line);
      Path checkpoint = timeline.resolve("timeline-000002.ramshot");
      while (!Files.exists(checkpoint) && jvm.isAlive()) {
        Thread.sleep(20);
      }
      assertTrue(Files.exists(checkpoint), jvm.toString());
      assertEquals(2, jvm.messages().size(), jvm.toString()); // the other: of the timeline
      assertFalse(jvm.toString().contains("Error"), jvm.toString());
      try (ForkedJvm status = ForkedJvm.commandLine("status", Long.toString(jvm.pid()))) {
        assertEquals(1, status.exitStatus(), status.toString());
        assertTrue(status.messages().get(0).contains("--add-modules"), status.toString());
      }
    }
  }

  @Test
  @EnabledForJreRange(min = JRE.JAVA_24)
  void aJvmThatForbidsNativeCodeIsToldTheFlag() throws Exception {
    try (ForkedJvm jvm =
        ForkedJvm.java("--illegal-native-access=deny").withAgent("").start(BareHost.class)) {
      assertEquals(0, jvm.exitStatus(), jvm.toString());
      assertEquals(List.of("done"), jvm.out());
      assertEquals(1, jvm.messages().size(), jvm.toString());
      assertTrue(
          jvm.messages().get(0).contains("add --enable-native-access=ALL-UNNAMED"), jvm.toString());
    }
  }

  @Test
  void onAnotherSystemTheAgentSaysInOneLineThatItNeedsLinux() throws Exception {
    try (ForkedJvm jvm = ForkedJvm.java("-Dos.name=Other").withAgent("").start(BareHost.class)) {
      assertEquals(0, jvm.exitStatus(), jvm.toString());
      assertEquals(List.of("done"), jvm.out());
      assertEquals(1, jvm.messages().size(), jvm.toString());
      assertTrue(jvm.messages().get(0).contains("needs Linux"), jvm.toString());
    }
  }
}
