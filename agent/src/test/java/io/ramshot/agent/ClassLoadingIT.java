package io.ramshot.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.example.host.BareHost;
import com.example.host.LibraryHost;
import com.example.host.RamHost;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A host neither sees the agent's classes and libraries nor lends it its own. */
class ClassLoadingIT {
  private static final Path LIBRARIES =
      Path.of(System.getProperty("ramshot.host.libraries", "missing"));

  @TempDir private Path directory;

  @Test
  void theHostCannotLoadWhatItDidNotBring() throws Exception {
    try (ForkedJvm jvm =
        ForkedJvm.java()
            .withAgent("")
            .start(
                BareHost.class,
                "io.ramshot.hooks.Hooks",
                "io.ramshot.Guest",
                "io.ramshot.agent.core.Startup",
                "com.sun.jna.Native",
                "net.bytebuddy.ByteBuddy",
                "picocli.CommandLine")) {
      assertEquals(0, jvm.exitStatus());
      // The test classes lie beside the host's; the agent's own do not.
      assertEquals(List.of("done"), jvm.out(), jvm.toString());
    }
  }

  @Test
  void theHostSeesTheEntryPointAndWhatWovenCodeCalls() throws Exception {
    try (ForkedJvm jvm =
        ForkedJvm.java()
            .withAgent("")
            .start(BareHost.class, "io.ramshot.agent.Agent", "io.ramshot.boot.Gate")) {
      assertEquals(0, jvm.exitStatus());
      assertTrue(jvm.out().contains("class io.ramshot.agent.Agent"), jvm.toString());
      assertTrue(jvm.out().contains("class io.ramshot.boot.Gate"), jvm.toString());
    }
  }

  @Test
  void theHostUsesItsOwnVersionsAndSettingsOfTheSameLibraries() throws Exception {
    try (ForkedJvm jvm =
        ForkedJvm.java("-Djna.nosys=true", "-Djna.tmpdir=" + directory)
            .withAgent("")
            .start(
                LibraryHost.class,
                List.of(
                    LIBRARIES.resolve("jna.jar"),
                    LIBRARIES.resolve("byte-buddy.jar"),
                    LIBRARIES.resolve("picocli.jar")))) {
      assertEquals(0, jvm.exitStatus(), jvm.toString());
      jvm.awaitOut(line -> line.startsWith("jna 5.14.0 ") && line.endsWith("/jna.jar"));
      jvm.awaitOut(line -> line.equals("pid " + jvm.pid()));
      jvm.awaitOut(line -> line.startsWith("byte-buddy true ") && line.endsWith("/byte-buddy.jar"));
      jvm.awaitOut(line -> line.startsWith("picocli 4.7.5 ") && line.endsWith("/picocli.jar"));
      jvm.awaitOut(line -> line.equals("property true"));
      assertEquals(List.of(), jvm.messages());
    }
  }

  /** Any of these would keep a JNA from finding its native library. */
  @Test
  void theHostsSettingsForJnaDoNotReachOurs() throws Exception {
    try (ForkedJvm jvm =
            ForkedJvm.java(
                    "-Djna.boot.library.path=" + directory,
                    "-Djna.boot.library.name=other",
                    "-Djna.library.path=/nowhere",
                    "-Djna.nounpack=true",
                    "-Djna.noclasspath=true",
                    "-Djna.nosys=false",
                    "-Djna.tmpdir=/nowhere")
                .withAgent("gate=" + RamHost.class.getName() + "::run")
                .start(RamHost.class);
        JmxClient client = connect(jvm)) {
      client.start(directory.resolve("x.ramshot"));
      assertEquals("COMPLETED", client.waitFor(30_000).get("state"));
    }
  }

  private static JmxClient connect(ForkedJvm jvm) throws Exception {
    jvm.awaitOut(line -> line.startsWith("step"));
    return JmxClient.connect(jvm).awaitBean();
  }

  @Test
  void theTemporaryFileOfTheBootJarIsGoneAtOnce() throws Exception {
    try (ForkedJvm jvm =
        ForkedJvm.java("-Djava.io.tmpdir=" + directory).withAgent("").start(RamHost.class)) {
      jvm.awaitOut(line -> line.equals("ready"));
      String[] left = directory.toFile().list((dir, name) -> name.contains("boot"));
      assertEquals(List.of(), List.of(left));
      assertFalse(jvm.toString().contains("cannot"), jvm.toString());
    }
  }
}
