package io.ramshot.agent.timeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.SnapshotException;
import io.ramshot.agent.options.TimelinePlan;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The timeline's thread: it goes on, whatever happens to it, and tells how it is. */
@Tag("once")
@Timeout(60)
class TimelineLoopTest {
  private static final Duration NOW = Duration.ZERO;

  @TempDir private Path parent;
  private final FakeCamera images = new FakeCamera();
  private final List<String> console = Collections.synchronizedList(new ArrayList<>());

  private TimelinePlan every(long millis) {
    return new TimelinePlan(parent.resolve("timeline"), Duration.ofMillis(millis), 3);
  }

  private static void await(BooleanSupplier what) throws InterruptedException {
    while (!what.getAsBoolean()) {
      Thread.sleep(2); // the class has a time-out
    }
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Throws what it is told at its k-th call, whichever method that is. */
  private final class Trouble implements Camera {
    private final Throwable what;
    private int left;

    Trouble(Throwable what, int left) {
      this.what = what;
      this.left = left;
    }

    @SuppressWarnings("unchecked")
    private <E extends Throwable> void call() throws E {
      if (--left == 0) {
        throw (E) what;
      }
    }

    @Override
    public boolean busy() {
      call();
      return images.busy();
    }

    @Override
    public boolean taking() {
      call();
      return images.taking();
    }

    @Override
    public GuestTraits guest() {
      call();
      return images.guest();
    }

    @Override
    public String take(Path target, Optional<Path> on) throws SnapshotException {
      call();
      String failure = images.take(target, on);
      call();
      return failure;
    }

    void say(String line) {
      call();
      console.add(line);
    }
  }

  /** At each of the first calls, in each of these forms, and afterwards all is well. */
  @Test
  void goesOnWhateverIsThrownWherever() throws Exception {
    List<Supplier<Throwable>> forms =
        List.of(
            () -> new OutOfMemoryError("Java heap space"),
            () -> new StackOverflowError(),
            () -> new InterruptedException(),
            () -> new IllegalStateException("hostile"));
    for (int call = 2; call <= 12; call++) { // the first is in start, which throws it
      Trouble camera = new Trouble(forms.get(call % forms.size()).get(), call);
      Timeline timeline = Timeline.start(every(1), NOW, camera, camera::say);
      await(() -> timeline.status().taken() >= 3);
      assertTrue(timeline.status().running());
      assertTrue(timeline.stop());
      await(timeline::isOver);
      assertTrue(camera.left <= 0, "call " + call + " never came");
      for (Checkpoint checkpoint : new TimelineFolder(parent.resolve("timeline")).list()) {
        images.check(checkpoint);
      }
    }
  }

  /** What is thrown at a thread before its first line is nothing that a loop could catch. */
  @Test
  void aThreadThatDiesIsReplaced() throws Exception {
    Timeline timeline = Timeline.start(every(20), NOW, images, console::add);
    await(() -> timeline.status().taken() > 0);
    Thread thread = thread();
    thread.getUncaughtExceptionHandler().uncaughtException(thread, new StackOverflowError());
    assertTrue(timeline.status().running());
    assertEquals(1, timeline.status().failed());
    assertTrue(timeline.status().lastFailure().contains("StackOverflowError"));
    timeline.stop();
    await(timeline::isOver);
  }

  private static Thread thread() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("ramshot-timeline"))
        .findFirst()
        .orElseThrow();
  }

  /** What cannot be started leaves the folder free. */
  @Test
  void whatCannotBeStartedHoldsNothing() throws Exception {
    Trouble camera = new Trouble(new StackOverflowError(), 1);
    assertThrows(
        StackOverflowError.class, () -> Timeline.start(every(1000), NOW, camera, console::add));
    Timeline timeline = Timeline.start(every(1000), NOW, images, console::add);
    await(() -> timeline.status().taken() == 1);
    timeline.stop();
    await(timeline::isOver);
  }

  /** Nobody hears of it, and not even the text of it can be made: the status tells it later. */
  @Test
  void theStatusTellsTheLastFailure() throws Exception {
    images.thrown = new OutOfMemoryError("Java heap space");
    Timeline timeline =
        Timeline.start(
            every(60_000),
            NOW,
            images,
            line -> {
              throw new OutOfMemoryError("Java heap space");
            });
    await(() -> timeline.status().failed() == 1);
    TimelineStatus status = timeline.status();
    assertTrue(status.running());
    assertEquals("the JVM had no memory for it (Java heap space): give it more", status.message());
    assertEquals(status.message(), status.lastFailure());
    assertNotNull(status.lastFailureTime());
    Duration until = Duration.between(Instant.now(), status.nextTime());
    assertTrue(until.toSeconds() <= 60 && !until.isNegative(), until.toString());
    timeline.stop();
    await(timeline::isOver);
    assertNull(timeline.status().nextTime());
    assertEquals(status.lastFailure(), timeline.status().lastFailure());
  }

  /** After a checkpoint that came to something, the failure before it can still be read. */
  @Test
  void aFailureIsRemembered() throws Exception {
    images.failNext("disk full");
    Timeline timeline = Timeline.start(every(5), NOW, images, console::add);
    await(() -> timeline.status().taken() > 0);
    TimelineStatus status = timeline.status();
    assertEquals("", status.message());
    assertTrue(status.lastFailure().endsWith("failed: disk full"), status.lastFailure());
    timeline.stop();
    await(timeline::isOver);
  }

  /** A disk or a host that blocks for ever is told, and nobody who asks has to wait. */
  @Test
  void whatBlocksIsToldAndCanBeStopped() throws Exception {
    CountDownLatch said = new CountDownLatch(1);
    CountDownLatch began = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    Camera blocked =
        new Camera() {
          @Override
          public boolean busy() {
            awaitUninterruptibly(said);
            return images.busy();
          }

          @Override
          public boolean taking() {
            return images.taking();
          }

          @Override
          public GuestTraits guest() {
            return images.guest();
          }

          @Override
          public String take(Path target, Optional<Path> on) throws InterruptedException {
            began.countDown();
            release.await();
            return "released";
          }
        };
    // The line at the start is another thread's, and no step of the timeline.
    Timeline timeline =
        Timeline.start(
            every(10),
            NOW,
            blocked,
            line -> {
              said.countDown();
              awaitUninterruptibly(began);
            });
    await(() -> timeline.status().doing().equals("taking a checkpoint"));
    await(() -> timeline.status().doingFor().toMillis() > 5);
    assertTrue(timeline.stop());
    assertFalse(timeline.status().running());
    assertFalse(timeline.isOver());
    assertEquals("taking a checkpoint", timeline.status().doing());
    release.countDown();
    await(timeline::isOver);
    assertEquals("", timeline.status().doing());
  }

  /** Whoever comes next would remove the file under it. */
  @Test
  void theFolderIsHeldUntilTheLastCheckpointHasEnded() throws Exception {
    Timeline timeline = Timeline.start(every(10), NOW, images, console::add);
    images.taking = true;
    timeline.stop();
    await(() -> timeline.status().doing().equals("waiting for the end of its last checkpoint"));
    TimelineException e =
        assertThrows(TimelineException.class, () -> Timeline.open(every(10), images, console::add));
    assertTrue(e.getMessage().contains(" writes the timeline in "), e.getMessage());
    assertFalse(timeline.isOver());
    images.taking = false;
    await(timeline::isOver);
    Timeline.open(every(10), images, console::add).close();
  }

  @Test
  void theInterruptOfAHostIsNoEnd() throws Exception {
    Timeline timeline = Timeline.start(every(20), NOW, images, console::add);
    thread().interrupt();
    await(() -> timeline.status().taken() > 3);
    assertTrue(timeline.stop());
    await(timeline::isOver);
  }

  @Test
  void theLongestIntervalWorks() throws Exception {
    assertThrows(IllegalArgumentException.class, () -> every(Long.MAX_VALUE));
    Duration year = Duration.ofDays(365);
    Timeline timeline = Timeline.start(every(year.toMillis()), NOW, images, console::add);
    await(() -> timeline.status().taken() == 1);
    Instant next = timeline.status().nextTime();
    assertTrue(next.isAfter(Instant.now().plus(Duration.ofDays(364))), next.toString());
    timeline.stop();
    await(timeline::isOver);
    assertEquals(0, timeline.status().failed());
  }
}
