package io.ramshot.agent.timeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.agent.options.TimelinePlan;
import io.ramshot.hooks.injection.Trap;
import io.ramshot.hooks.injection.Trap.Kind;
import io.ramshot.hooks.injection.Trap.Shot;
import io.ramshot.hooks.injection.TrapAdvice;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever is thrown in any step of a tick, its merges too: the next tick takes a checkpoint, and
 * all that there are can be read. Steps are found, as those of snapshots are.
 */
@Tag("once")
class TimelineInjectionTest {
  private static final int KEEP = 2;
  private static final String THREAD = "ramshot-tick";
  private static final Kind[] THROWN = {Kind.MEMORY, Kind.STACK, Kind.UNCHECKED};

  private static Runnable takeOut;

  @TempDir private Path folder;
  private final FakeCamera camera = new FakeCamera();

  @BeforeAll
  static void weave() {
    takeOut = TrapAdvice.weave();
  }

  @AfterAll
  static void takeOut() {
    takeOut.run();
  }

  private Timeline open() throws Exception {
    Timeline timeline =
        Timeline.open(
            new TimelinePlan(folder.resolve("timeline"), Duration.ofSeconds(10), KEEP),
            camera,
            line -> {});
    timeline.prepare();
    return timeline;
  }

  private static void tick(Timeline timeline) throws InterruptedException {
    Thread thread = new Thread(timeline::tick, THREAD);
    thread.setUncaughtExceptionHandler((of, e) -> {}); // the timeline's own loop goes on
    thread.start();
    thread.join();
  }

  private static int calls(Timeline timeline) throws Exception {
    Trap.set(null);
    tick(timeline);
    Trap.clear();
    return Trap.counts().get(THREAD);
  }

  /**
   * @param wanted how many
   */
  private void inject(int wanted) throws Exception {
    int fired = 0;
    int shots = 0;
    try (Timeline timeline = open()) {
      for (int i = 0; i <= KEEP; i++) {
        tick(timeline);
      }
      int calls = calls(timeline);
      int step = Math.max(1, calls * THROWN.length / wanted);
      step += step > 1 && step % THROWN.length == 0 ? 1 : 0; // all kinds have their turn
      for (int shot = step / 2; shot < calls * THROWN.length; shot += step) {
        Shot next = new Shot(THREAD, shot / THROWN.length + 1, THROWN[shot % THROWN.length]);
        Trap.set(next);
        tick(timeline);
        String where = next + " (" + Trap.where() + ")";
        fired += Trap.where() == null ? 0 : 1;
        shots++;
        Trap.clear();
        assertTrue(timeline.status().running(), where);
        long before = timeline.status().taken();
        tick(timeline);
        TimelineStatus status = timeline.status();
        assertEquals("", status.message(), where);
        assertEquals(before + 1, status.taken(), where);
        List<Checkpoint> list = new TimelineFolder(folder.resolve("timeline")).list();
        assertEquals(KEEP, list.size(), where);
        for (Checkpoint checkpoint : list) {
          camera.check(checkpoint);
        }
      }
    }
    System.out.println(fired + " of " + shots + " injections hit a tick");
    assertTrue(fired > shots / 2, fired + " of " + shots + " injections hit a tick");
  }

  @Test
  void troubleEndsWithTheTick() throws Exception {
    inject(60);
  }

  @Test
  @Tag("long")
  void troubleAnywhereEndsWithTheTick() throws Exception {
    inject(Integer.MAX_VALUE);
  }
}
