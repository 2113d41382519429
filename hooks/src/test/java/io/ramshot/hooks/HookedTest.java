package io.ramshot.hooks;

import static org.junit.jupiter.api.Assertions.assertNull;

import io.ramshot.boot.Gate;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import net.bytebuddy.agent.ByteBuddyAgent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;

/**
 * A test with hooks in its own JVM, which surefire starts with the boot jar and an instrumentation.
 */
@Timeout(value = 20, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class HookedTest {

  final FakeGuest guest = new FakeGuest();
  Hooks hooks;

  @BeforeAll
  static void bootLoaderComesFirst() {
    assertNull(Gate.class.getClassLoader());
  }

  /**
   * @param options keys and values in turn
   */
  final void install(String... options) {
    Map<String, String> values = new HashMap<>();
    for (int i = 0; i < options.length; i += 2) {
      values.put(options[i], options[i + 1]);
    }
    hooks =
        Hooks.install(
            ByteBuddyAgent.getInstrumentation(), HookOptions.parse(values), guest, guest::warn);
  }

  @AfterEach
  final void close() {
    if (hooks != null) {
      hooks.close();
    }
  }
}
