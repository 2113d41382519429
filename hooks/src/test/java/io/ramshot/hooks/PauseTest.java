package io.ramshot.hooks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.example.Engine;
import io.ramshot.SnapshotException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A vCPU inside a long run of a native engine is stopped by the host's own method. */
class PauseTest extends HookedTest {

  private static final Duration LONG = Duration.ofSeconds(10);

  private Engine engine;
  private Thread cpu;

  private void run() {
    engine = new Engine();
    Engine running = engine;
    cpu =
        new Thread(
            () -> {
              while (!running.ended) {
                running.run();
              }
            },
            "cpu");
    cpu.start();
    awaitRuns(1);
  }

  private void awaitRuns(int count) {
    while (engine.runs.get() < count) {
      Thread.onSpinWait();
    }
  }

  @AfterEach
  void end() throws InterruptedException {
    if (cpu != null) {
      engine.ended = true;
      hooks.vcpus().thaw();
      cpu.join();
    }
  }

  private String refused(Duration timeout) {
    return assertThrows(SnapshotException.class, () -> hooks.vcpus().freeze(timeout)).getMessage();
  }

  private void install(String pause) {
    install("gate", "com.example.Engine::run", "pause", pause);
  }

  @Test
  void engineIsStoppedAndItsVcpuWaitsAtTheGate() throws Exception {
    install("com.example.Engine::stop");
    run();
    hooks.vcpus().freeze(LONG);
    int runs = engine.runs.get();
    cpu.join(20);
    assertEquals(runs, engine.runs.get());
    assertTrue(engine.stops.get() > 0);
    hooks.vcpus().thaw();
    awaitRuns(runs + 1);
  }

  @Test
  void stopThatIsLostIsRepeated() throws Exception {
    install("com.example.Engine::stop");
    run();
    engine.lost = 3;
    hooks.vcpus().freeze(LONG);
    assertEquals(4, engine.stops.get());
  }

  @Test
  void nothingIsStoppedWhenNoVcpuRuns() throws Exception {
    install("com.example.Engine::stop");
    engine = new Engine();
    hooks.vcpus().freeze(LONG);
    assertEquals(0, engine.stops.get());
    hooks.vcpus().thaw();
  }

  @Test
  void staticMethodIsCalledOnce() {
    install("com.example.Engine::stopAll");
    run();
    new Engine();
    int before = Engine.STATIC_STOPS.get();
    assertTrue(refused(Duration.ofMillis(1)).contains("did not end its quantum"));
    assertEquals(before + 1, Engine.STATIC_STOPS.get());
  }

  @Test
  void methodThatFailsRefusesTheFreezeAndTheGuestGoesOn() {
    install("com.example.Engine::stopBadly");
    run();
    assertEquals(
        "pause=com.example.Engine::stopBadly failed (java.lang.IllegalStateException: the engine is"
            + " not to be stopped): the guest was not frozen",
        refused(LONG));
    engine.ended = true;
  }

  @Test
  void missingMethodIsNamedWithTheNearest() {
    install("com.example.Engine::stopp");
    run();
    String message = refused(LONG);
    assertTrue(
        message.startsWith(
            "pause=com.example.Engine::stopp: com.example.Engine has no method stopp without"
                + " parameters; nearest: void stop()"),
        message);
    assertEquals(message, guest.warnings().get(0));
  }

  @Test
  void missingClassIsNamedWithTheNearest() throws Exception {
    install("com.example.Engin::stop");
    engine = new Engine();
    hooks.vcpus().freeze(LONG);
    hooks.vcpus().thaw();
    assertTrue(
        guest
            .warnings()
            .contains(
                "pause=com.example.Engin::stop calls nothing yet: the host has not loaded"
                    + " com.example.Engin; nearest: com.example.Engine"),
        guest.warnings()::toString);
  }

  @Test
  void interfaceIsNotEnough() {
    install("com.example.Cpu::cycle");
    new com.example.FastCpu().cycle();
    assertEquals(
        "pause=com.example.Cpu::cycle: com.example.Cpu is an interface: name the class that"
            + " implements it",
        refused(LONG));
  }
}
