package io.ramshot.hooks;

import com.example.Counters;
import io.ramshot.Vcpus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.bytebuddy.agent.ByteBuddyAgent;

/**
 * Measures how long it takes until a small host of several threads stands still, and how long it
 * takes to let it go. Not a test: run it by {@code hooks/src/test/freeze-latency.sh} in a JVM of
 * its own, on an idle machine.
 */
public final class FreezeLatency {

  private static final int WARM_UP = 50;
  private static final int ROUNDS = 500;

  private FreezeLatency() {}

  /**
   * @param arguments gates or threads, how many threads work, and how many wait for ever
   */
  public static void main(String[] arguments) throws Exception {
    boolean gates = arguments[0].equals("gates");
    Map<String, String> options =
        gates ? Map.of("gate", "com.example.Counters::step") : Map.of("freeze", "threads");
    Hooks hooks =
        Hooks.install(
            ByteBuddyAgent.getInstrumentation(),
            HookOptions.parse(options),
            new FakeGuest(),
            System.err::println);
    int working = Integer.parseInt(arguments[1]);
    int waiting = Integer.parseInt(arguments[2]);
    Counters host = new Counters(working, waiting);
    Vcpus vcpus = hooks.vcpus();
    List<Long> freezes = new ArrayList<>();
    List<Long> thaws = new ArrayList<>();
    for (int round = -WARM_UP; round < ROUNDS; round++) {
      Thread.sleep(3);
      long start = System.nanoTime();
      vcpus.freeze(Duration.ofSeconds(20));
      long frozen = System.nanoTime();
      vcpus.thaw();
      if (round >= 0) {
        thaws.add(System.nanoTime() - frozen);
        freezes.add(frozen - start);
      }
    }
    host.stop();
    System.out.printf(
        "JDK %s, %s, %d threads work and %d wait: %s; %s%n",
        System.getProperty("java.vm.version"),
        arguments[0],
        working,
        waiting,
        Percentiles.text("freeze", freezes),
        Percentiles.text("thaw", thaws));
    hooks.close();
  }
}
