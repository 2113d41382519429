package io.ramshot.hooks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.example.Engine;
import io.ramshot.Vcpus;
import io.ramshot.image.Frozen;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Whom gates have frozen is told by who came to them, not by what the options name. */
class GateFrozenTest extends HookedTest {
  private static final Duration LONG = Duration.ofSeconds(10);

  private static final String GATE = "com.example.Engine::run";

  private Frozen frozen(Runnable inTheFreeze) throws Exception {
    Vcpus vcpus = hooks.vcpus();
    vcpus.freeze(LONG);
    try {
      inTheFreeze.run();
      vcpus.hold(LONG);
      return vcpus.frozen();
    } finally {
      vcpus.thaw();
    }
  }

  /** Ends by itself at once. */
  private static void pass() {
    Engine engine = new Engine();
    engine.ended = true;
    engine.run();
  }

  @Test
  void onlyAVcpuThatCameToAGateCounts() throws Exception {
    install("gate", GATE);
    assertEquals(Frozen.NOBODY, frozen(() -> {}));
    // Saving state may call gated methods, on the thread that has frozen.
    assertEquals(Frozen.NOBODY, frozen(GateFrozenTest::pass));
    assertEquals(Frozen.NOBODY, frozen(() -> {}));
    Thread vcpu = new Thread(GateFrozenTest::pass, "cpu");
    vcpu.start();
    vcpu.join();
    assertEquals(Frozen.GATES, frozen(() -> {}));
  }

  @Test
  void whatCameBeforeTheHooksDoesNotCount() throws Exception {
    install("gate", GATE);
    pass();
    hooks.close();
    install();
    assertEquals(Frozen.NOBODY, frozen(() -> {}));
  }
}
