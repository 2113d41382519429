package io.ramshot.hooks;

import java.util.Arrays;
import java.util.Map;
import net.bytebuddy.agent.ByteBuddyAgent;

/**
 * Measures what an open gate costs per call, with the advice that hosts get. Not a test: run it by
 * {@code hooks/src/test/gate-cost.sh} in a JVM of its own, on an idle machine.
 */
public final class GateCost {

  private static final int BATCHES = 2_000;
  private static final int BATCH = 10_000;
  private static final int ROUNDS = 9;

  private long state = 1;

  private GateCost() {}

  long gated(long x) {
    return state = state * 6364136223846793005L + x;
  }

  long plain(long x) {
    return state = state * 6364136223846793005L + x;
  }

  private void gatedBatch() {
    for (int i = 0; i < BATCH; i++) {
      gated(i);
    }
  }

  private void plainBatch() {
    for (int i = 0; i < BATCH; i++) {
      plain(i);
    }
  }

  public static void main(String[] arguments) {
    Hooks hooks =
        Hooks.install(
            ByteBuddyAgent.getInstrumentation(),
            HookOptions.parse(Map.of("gate", GateCost.class.getName() + "::gated")),
            new FakeGuest(),
            System.err::println);
    GateCost board = new GateCost();
    double[] gated = new double[ROUNDS];
    double[] plain = new double[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
      long start = System.nanoTime();
      for (int batch = 0; batch < BATCHES; batch++) {
        board.gatedBatch();
      }
      long middle = System.nanoTime();
      for (int batch = 0; batch < BATCHES; batch++) {
        board.plainBatch();
      }
      gated[round] = (middle - start) / (double) BATCHES / BATCH;
      plain[round] = (System.nanoTime() - middle) / (double) BATCHES / BATCH;
    }
    System.out.printf(
        "JDK %s: gated %.2f ns, not gated %.2f ns, so the open gate costs %.2f ns a call"
            + " (medians of %d; state %d)%n",
        System.getProperty("java.vm.version"),
        median(gated),
        median(plain),
        median(gated) - median(plain),
        ROUNDS,
        board.state);
    hooks.close();
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
