package io.ramshot.hooks;

import com.example.Board;
import io.ramshot.testing.Stopper;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import net.bytebuddy.agent.ByteBuddyAgent;

/**
 * The JVM of {@link StoppedQuantumTest}: it is stopped while the vCPU is waited for at its gate.
 */
final class StoppedQuantum {
  private static final Duration TIMEOUT = Duration.ofMillis(500);

  /** Printed at the end, if all was as it should be. */
  static final String DONE = "done";

  private StoppedQuantum() {}

  public static void main(String[] arguments) throws Exception {
    FakeGuest guest = new FakeGuest();
    Hooks hooks =
        Hooks.install(
            ByteBuddyAgent.getInstrumentation(),
            HookOptions.parse(Map.of("gate", "com.example.Board::step")),
            guest,
            guest::warn);
    Stopper stopper = Stopper.start(Stopper.Means.SIGNAL);
    Board board = new Board();
    board.step();
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch freezing = new CountDownLatch(1);
    Thread vcpu =
        new Thread(
            () ->
                board.step(
                    () -> {
                      entered.countDown();
                      standStill(freezing, stopper);
                    }),
            "vcpu");
    vcpu.start();
    entered.await();
    freezing.countDown();
    hooks.vcpus().freeze(TIMEOUT);
    hooks.vcpus().thaw();
    vcpu.join();
    System.out.println(DONE);
  }

  private static void standStill(CountDownLatch freezing, Stopper stopper) {
    try {
      freezing.await();
      Thread.sleep(20); /* the gates are closed */
      stopper.stop(TIMEOUT.multipliedBy(2));
      Thread.sleep(100); /* who would give up for the stop has his chance */
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
