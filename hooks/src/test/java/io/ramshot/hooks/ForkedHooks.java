package io.ramshot.hooks;

import java.lang.instrument.Instrumentation;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;

/** The half of {@link ForkedHost} that lives in the hooks' class loader, as the agent will. */
public final class ForkedHooks {

  private ForkedHooks() {}

  /** Hooks the host, runs it, and prints what it sees. */
  public static void hook(Instrumentation instrumentation) throws Exception {
    FakeGuest guest = new FakeGuest();
    Hooks hooks =
        Hooks.install(
            instrumentation,
            HookOptions.parse(
                Map.of(
                    "ram.min", "1m",
                    "gate", "com.example.Board::step",
                    "state", "com.example.Board::save/load")),
            guest,
            w -> System.out.println("warning " + w));
    hooks.beforeFirstQuantum(() -> System.out.println("before the first quantum"));
    Thread freezing = new Thread(() -> freezeAllTheTime(hooks));
    freezing.setDaemon(true);
    Class<?> host = ClassLoader.getSystemClassLoader().loadClass("com.example.Host");
    freezing.start();
    host.getMethod("run", Runnable.class)
        .invoke(
            null,
            (Runnable)
                () ->
                    System.out.println(
                        guest.blocks().entrySet().stream()
                            .map(e -> e.getKey() + " " + e.getValue().kind())
                            .collect(Collectors.joining(", ", "blocks ", ""))));
    System.out.println("state " + Arrays.toString(guest.participants().get(0).save()));
    // Closed hooks have forgotten every gate, and a freeze would warn that it stops nobody.
    freezing.interrupt();
    freezing.join();
    hooks.close();
    System.out.println("closed");
  }

  private static void freezeAllTheTime(Hooks hooks) {
    while (true) {
      try {
        if (hooks.gates().get(0).called()) {
          hooks.vcpus().freeze(Duration.ofSeconds(5));
          hooks.vcpus().thaw();
        }
        Thread.sleep(1);
      } catch (InterruptedException e) {
        return;
      } catch (Exception e) {
        if (Thread.currentThread().isInterrupted()) {
          return;
        }
        // The first quantum is still to come.
        if (!e.getMessage().contains("not started")) {
          System.out.println(e);
        }
      }
    }
  }
}
