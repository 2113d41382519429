package io.ramshot.agent.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.example.host.StateHost;
import io.ramshot.agent.AdapterJar;
import io.ramshot.agent.ForkedJvm;
import io.ramshot.agent.JmxClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A host with private state, and an adapter that knows it. */
@Tag("once")
class AdapterIT {
  private static final String SERVICE = "adapter.Adapted";

  /** Sees the host's class by its name, its private fields by reflection. */
  private static final String SOURCE =
      """
      package adapter;

      import com.example.host.StateHost;
      import io.ramshot.Guest;
      import io.ramshot.Participant;
      import java.lang.reflect.Field;
      import java.nio.ByteBuffer;
      import java.util.Collection;
      import java.util.List;

      public final class Adapted implements io.ramshot.hooks.Adapter {
        public Collection<String> classes() {
          return List.of("com.example.host.StateHost$Cpu");
        }

        public void constructed(Object instance, Guest guest) throws Exception {
          //FAIL
          StateHost.Cpu cpu = (StateHost.Cpu) instance;
          Field registers = StateHost.Cpu.class.getDeclaredField("registers");
          Field steps = StateHost.Cpu.class.getDeclaredField("steps");
          Field phase = StateHost.Cpu.class.getDeclaredField("phase");
          registers.setAccessible(true);
          steps.setAccessible(true);
          phase.setAccessible(true);
          guest.add(new Participant() {
            public String name() {
              return "cpu";
            }

            public byte[] save() throws Exception {
              int[] values = (int[]) registers.get(cpu);
              ByteBuffer out = ByteBuffer.allocate(8 + 4 * values.length);
              out.putLong(steps.getLong(cpu)).asIntBuffer().put(values);
              return out.array();
            }

            public void load(byte[] state) throws Exception {
              ByteBuffer in = ByteBuffer.wrap(state);
              steps.setLong(cpu, in.getLong());
              in.asIntBuffer().get((int[]) registers.get(cpu));
              phase.set(cpu, StateHost.Phase.RUNNING);
            }
          });
          for (String hidden : List.of("com.sun.jna.Native", "net.bytebuddy.ByteBuddy",
              "io.ramshot.hooks.Hooks", "io.ramshot.agent.core.Startup")) {
            try {
              Class.forName(hidden);
              System.out.println("sees " + hidden);
            } catch (ClassNotFoundException e) {
              // As it should be.
            }
          }
          try {
            Class.forName("adapter.Adapted", false, StateHost.Cpu.class.getClassLoader());
            System.out.println("the host sees the adapter");
          } catch (ClassNotFoundException e) {
            // As it should be.
          }
        }
      }
      """;

  @TempDir private Path directory;

  @Test
  void theGuestGoesOnWithItsStateInAnotherJvm() throws Exception {
    Path jar = AdapterJar.write(directory, SERVICE, SOURCE);
    StateIT.goesOn(directory.resolve("a.ramshot"), StateIT.GATE + ",adapter=" + jar);
  }

  @Test
  void aHostWithALoaderOfItsOwnToo() throws Exception {
    Path jar = AdapterJar.write(directory, SERVICE, SOURCE);
    StateIT.goesOn(directory.resolve("a.ramshot"), StateIT.GATE + ",adapter=" + jar, "own");
  }

  @Test
  void theAdapterSeesTheApiOnlyAndTheHostDoesNotSeeTheAdapter() throws Exception {
    Path jar = AdapterJar.write(directory, SERVICE, SOURCE);
    try (ForkedJvm host =
        ForkedJvm.java().withAgent(StateIT.GATE + ",adapter=" + jar).start(StateHost.class)) {
      host.awaitOut(line -> line.startsWith("step "));
      assertEquals(1, host.out().size(), host.toString());
      assertEquals(List.of(), host.messages());
    }
  }

  @Test
  void whatCannotBeLoadedIsOneLineAndNoRestoreStarts() throws Exception {
    Path image = image();
    Path missing = directory.resolve("missing.jar");
    Path empty = AdapterJar.write(directory, null, SOURCE);
    Path wrong = AdapterJar.write(directory, "adapter.Other", SOURCE);
    Path broken =
        AdapterJar.write(
            directory,
            SERVICE,
            SOURCE.replace(
                "public Collection",
                "static { if (true) throw new IllegalStateException(\"no luck\"); } public"
                    + " Collection"));
    Path text = Files.writeString(directory.resolve("text.jar"), "no jar");
    refused(image, missing, "does not exist: name a jar");
    refused(image, directory, "is not a file: name a jar");
    refused(image, empty, "has no adapter: list its class in META-INF/services/");
    refused(image, text, "has no adapter: list its class in META-INF/services/");
    refused(image, wrong, "cannot be loaded: ", "adapter.Other");
    refused(image, broken, "cannot be loaded: ", "no luck");
  }

  private static void refused(Path image, Path jar, String... parts) throws Exception {
    String options = StateIT.GATE + ",adapter=" + jar;
    try (ForkedJvm host = ForkedJvm.java().withAgent(options).start(StateHost.class)) {
      host.awaitOut(line -> line.startsWith("step "));
      message(host, "adapter=" + jar, parts);
      assertTrue(host.messages().get(0).endsWith("the host runs without ramshot"), host.toString());
    }
    try (ForkedJvm host =
        ForkedJvm.java().withAgent(options + ",restore=" + image).start(StateHost.class)) {
      assertEquals(1, host.exitStatus(), host.toString());
      assertEquals(List.of(), host.out());
      message(host, "[ramshot] restore: adapter=" + jar, parts);
    }
  }

  private static void message(ForkedJvm host, String first, String... parts) {
    assertEquals(1, host.messages().size(), host.toString());
    String line = host.messages().get(0);
    assertTrue(line.contains(first), line);
    for (String part : parts) {
      assertTrue(line.contains(part), line);
    }
    assertFalse(host.toString().contains("\tat "), host.toString());
  }

  @Test
  void anExceptionRefusesSnapshotsAndRestores() throws Exception {
    Path image = image();
    Path jar =
        AdapterJar.write(
            directory,
            SERVICE,
            SOURCE.replace(
                "//FAIL", "if (true) throw new java.io.IOException(\"no such field\");"));
    String expected =
        "adapter="
            + jar
            + " failed on an object of com.example.host.StateHost$Cpu: java.io.IOException: no such"
            + " field";
    String options = StateIT.GATE + ",adapter=" + jar;
    try (ForkedJvm host = ForkedJvm.java().withAgent(options).start(StateHost.class);
        JmxClient client = StateIT.connect(host)) {
      message(host, "[ramshot] " + expected + "; snapshots are refused");
      client.start(directory.resolve("never.ramshot"));
      var result = client.waitFor(30_000);
      assertEquals("FAILED", result.get("state"));
      assertTrue(result.get("message").toString().contains(expected), result.toString());
    }
    try (ForkedJvm host =
        ForkedJvm.java().withAgent(options + ",restore=" + image).start(StateHost.class)) {
      assertEquals(1, host.exitStatus(), host.toString());
      assertEquals(List.of(), host.out());
      assertEquals("[ramshot] restore: " + expected, host.messages().get(1), host.toString());
    }
  }

  private Path image() throws Exception {
    Path image = directory.resolve("image.ramshot");
    Path jar = AdapterJar.write(directory, SERVICE, SOURCE);
    try (ForkedJvm host =
            ForkedJvm.java().withAgent(StateIT.GATE + ",adapter=" + jar).start(StateHost.class);
        JmxClient client = StateIT.connect(host)) {
      SampleMachine.snapshot(host, client, image);
    }
    return image;
  }
}
