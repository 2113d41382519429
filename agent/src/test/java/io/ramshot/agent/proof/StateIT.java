package io.ramshot.agent.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.example.host.StateHost;
import io.ramshot.agent.ForkedJvm;
import io.ramshot.agent.JmxClient;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A host is saved in each form of state, killed, and goes on in another JVM. */
class StateIT {
  static final String CPU = "com.example.host.StateHost$Cpu";
  static final String GATE = "gate=com.example.host.StateHost$Board::run";

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(
      strings = {
        CPU + "::saveToMemento/restoreFromMemento",
        CPU + "::values/values",
        CPU + "::write/read",
        CPU + "::put/get",
        CPU + "::buffer/get",
        "fields:" + CPU,
        "fields:" + CPU + ";fields:com.example.host.StateHost$Board-ram-stepped",
      })
  void theGuestGoesOnWithItsStateInAnotherJvm(String state) throws Exception {
    goesOn(directory.resolve("guest.ramshot"), GATE + ",state=" + state);
  }

  @Test
  void aHostWithALoaderOfItsOwnToo() throws Exception {
    Path image = directory.resolve("guest.ramshot");
    goesOn(image, GATE + ",state=" + CPU + "::saveToMemento/restoreFromMemento", "own");
    goesOn(directory.resolve("two.ramshot"), GATE + ",state=fields:" + CPU, "own");
  }

  @Test
  void anUnnamedObjectIsRefusedAtTheSnapshotWithAnOptionThatWorks() throws Exception {
    try (ForkedJvm host =
            ForkedJvm.java()
                .withAgent(GATE + ",state=fields:com.example.host.StateHost$Board-ram")
                .start(StateHost.class);
        JmxClient client = connect(host)) {
      client.start(directory.resolve("x.ramshot"));
      Object message = client.waitFor(30_000).get("message");
      String expected =
          "Board.cpu is a com.example.host.StateHost$Cpu: name the classes of such objects in"
              + " state= too, or leave the fields as the host makes them with"
              + " state=fields:com.example.host.StateHost$Board-ram-cpu";
      assertTrue(message.toString().contains(expected), message.toString());
    }
  }

  /** Takes an image, kills, restores. */
  static void goesOn(Path image, String options, String... arguments) throws Exception {
    try (ForkedJvm host = ForkedJvm.java().withAgent(options).start(StateHost.class, arguments);
        JmxClient client = connect(host)) {
      client.start(image);
      var result = client.waitFor(30_000);
      assertEquals("COMPLETED", result.get("state"), result.get("message") + "\n" + host);
      assertEquals(List.of(), host.messages());
    }
    try (ForkedJvm host =
        ForkedJvm.java()
            .withAgent(options + ",restore=" + image)
            .start(StateHost.class, arguments)) {
      String[] words = host.awaitOut(line -> line.startsWith("step ")).split(" ");
      long steps = Long.parseLong(words[1]);
      assertTrue(steps > 0 && steps % 100 == 0, host.toString());
      assertEquals("RUNNING", words[2], host.toString());
      assertEquals(registersAfter(steps), Integer.parseInt(words[3]), host.toString());
      assertEquals(steps, Long.parseLong(words[5]), "RAM and state differ; " + host);
    }
  }

  private static int registersAfter(long steps) {
    int[] registers = new int[16];
    for (long step = 0; step < steps; step++) {
      registers[(int) (step % registers.length)] += (int) step;
    }
    return java.util.Arrays.hashCode(registers);
  }

  static JmxClient connect(ForkedJvm host) throws Exception {
    host.awaitOut(line -> line.startsWith("step "));
    return JmxClient.connect(host).awaitBean();
  }
}
