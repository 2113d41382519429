package io.ramshot.agent.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A real process that is stopped, and what is said and counted meanwhile. */
@Tag("once")
@Timeout(60)
class TargetWatchTest {
  private final BlockingQueue<String> said = new LinkedBlockingQueue<>();
  private Process process;
  private TargetWatch watch;

  @BeforeEach
  void start() throws Exception {
    process = new ProcessBuilder("sleep", "600").start();
    watch = TargetWatch.start(process.pid(), new Standstill(process.pid()), said::add);
  }

  @AfterEach
  void end() {
    watch.close();
    process.destroyForcibly();
  }

  private void signal(String name) throws Exception {
    new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
  }

  private void awaitRan(long more) throws InterruptedException {
    long goal = watch.ranNanos() + more;
    while (watch.ranNanos() < goal) {
      Thread.sleep(5);
    }
  }

  @Test
  void aStopIsSaidOnceAndDoesNotCount() throws Exception {
    awaitRan(100_000_000);
    assertFalse(watch.isStopped());
    for (int stops = 1; stops <= 2; stops++) {
      signal("STOP");
      assertEquals(
          "process %d is stopped: continue it with kill -CONT %d; waiting until it goes on"
              .formatted(process.pid(), process.pid()),
          said.take());
      assertTrue(watch.isStopped());
      assertEquals(stops, watch.stops());
      long ran = watch.ranNanos();
      Thread.sleep(300);
      assertEquals(ran, watch.ranNanos());
      assertEquals(List.of(), List.copyOf(said));
      signal("CONT");
      watch.awaitRunning();
      awaitRan(100_000_000);
    }
  }

  @Test
  void waitingEndsWithTheProcess() throws Exception {
    signal("STOP");
    while (!watch.isStopped()) {
      Thread.sleep(1);
    }
    Thread waiting = new Thread(watch::awaitRunning);
    waiting.start();
    said.take();
    assertTrue(waiting.isAlive());
    process.destroyForcibly().waitFor(20, TimeUnit.SECONDS);
    waiting.join();
  }
}
