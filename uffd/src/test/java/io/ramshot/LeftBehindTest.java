package io.ramshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Code of the host that does not return, or throws what it likes: its snapshot ends without it. */
@Tag("once")
@Timeout(value = 90, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LeftBehindTest {
  private static final SnapshotOptions IMPATIENT =
      SnapshotOptions.DEFAULTS.withFreezeTimeout(Duration.ofMillis(200));

  /** Whose limits would be over long after the test's. */
  private static final SnapshotOptions PATIENT =
      SnapshotOptions.DEFAULTS.withFreezeTimeout(Duration.ofHours(1));

  /** Far more than the second that it may take, for a busy machine. */
  private static final Duration GRACE = Duration.ofSeconds(10);

  /** Where the host's code is called. */
  enum Place {
    PREPARE("cpu0 did not finish preparing"),
    FREEZE("did not finish freezing the vCPUs"),
    SAVE("cpu0 did not finish saving its state"),
    HOLD("did not finish freezing the vCPUs"),
    FIND("did not finish looking for RAM"),
    THAW("did not finish letting the vCPUs run again");

    final String words;

    Place(String words) {
      this.words = words;
    }
  }

  @TempDir Path folder;

  private final Guest guest = new Guest();
  private final ByteBuffer ram = Ram.buffer(4 * Ram.MIB);
  private final Gate gate = new Gate(1, () -> {});
  private final CountDownLatch entered = new CountDownLatch(1);
  private final CountDownLatch mayReturn = new CountDownLatch(1);
  private final AtomicInteger thaws = new AtomicInteger();
  private volatile Place blocking;
  private volatile Throwable thrown;
  private Vcpu vcpu;
  private int at;

  @BeforeEach
  void start() {
    guest.register("ram", ram);
    guest.vcpus(
        new Vcpus() {
          @Override
          public void freeze(Duration timeout) throws SnapshotException {
            visit(Place.FREEZE);
            gate.freeze(timeout);
          }

          @Override
          public void hold(Duration timeout) {
            visit(Place.HOLD);
          }

          @Override
          public void thaw() {
            visit(Place.THAW);
            thaws.incrementAndGet();
            gate.thaw();
          }
        });
    guest.add(
        new TestParticipant("cpu0", 1) {
          @Override
          public void prepare() {
            visit(Place.PREPARE);
          }

          @Override
          public byte[] save() throws Exception {
            visit(Place.SAVE);
            return super.save();
          }
        });
    AtomicInteger finds = new AtomicInteger();
    guest.add(
        () -> {
          if (finds.incrementAndGet() % 2 == 0) {
            visit(Place.FIND); /* the second time is in the freeze */
          }
          return Map.of();
        });
    vcpu =
        Vcpu.start(
            "vcpu",
            gate,
            () -> {
              ram.put(at, (byte) (ram.get(at) + 1));
              at = (at + Ram.PAGE) % ram.capacity();
            });
  }

  @AfterEach
  void stop() throws Exception {
    mayReturn.countDown();
    vcpu.awaitQuanta(100);
    vcpu.stop();
  }

  /** Where it is to block, it does so once, whoever interrupts it. */
  private void visit(Place place) {
    if (blocking != place) {
      return;
    }
    blocking = null;
    if (thrown != null) {
      LeftBehindTest.<RuntimeException>sneak(thrown);
    }
    entered.countDown();
    while (mayReturn.getCount() > 0) {
      Thread.onSpinWait();
    }
  }

  @SuppressWarnings("unchecked")
  private static <T extends Throwable> void sneak(Throwable e) throws T {
    throw (T) e;
  }

  private Path target(String name) {
    return folder.resolve(name + ".ramshot");
  }

  /** Ended, but for its thread. */
  private void assertReleased() throws Exception {
    Expect.nothingProtected();
    Expect.noPartialFile(folder);
    vcpu.awaitQuanta(100);
  }

  private void assertWorksAgain() throws Exception {
    mayReturn.countDown();
    SnapshotResult result = null;
    for (int i = 0; result == null; i++) {
      try {
        result = guest.snapshot(target("again" + i)).await();
      } catch (SnapshotException e) {
        Thread.sleep(10); /* it is about to return */
      }
    }
    Expect.completed(result);
  }

  @ParameterizedTest
  @EnumSource(Place.class)
  void whatDoesNotReturnIsLeftBehindByName(Place place) throws Exception {
    blocking = place;
    SnapshotResult result = guest.snapshot(target("a"), IMPATIENT).await();
    Expect.failed(result, place.words, "LeftBehindTest.visit", "freeze.timeout=");
    assertReleased();
    SnapshotException refused =
        assertThrows(SnapshotException.class, () -> guest.snapshot(target("b")));
    assertTrue(refused.getMessage().contains(place.words), refused::getMessage);
    assertTrue(refused.getMessage().contains("once it returns"), refused::getMessage);
    assertWorksAgain();
  }

  @ParameterizedTest
  @EnumSource(Place.class)
  void cancelEndsItAtOnce(Place place) throws Exception {
    blocking = place;
    Snapshot snapshot = guest.snapshot(target("a"), PATIENT);
    entered.await();
    snapshot.cancel("enough");
    SnapshotResult result = snapshot.await(GRACE);
    assertNotNull(result, () -> "it goes on: " + snapshot.status());
    Expect.cancelled(result, "enough");
    assertTrue(result.message().contains(place.words), result::message);
    assertReleased();
    assertWorksAgain();
  }

  @ParameterizedTest
  @EnumSource(Place.class)
  void whateverIsThrownFailsIt(Place place) throws Exception {
    for (Throwable error :
        new Throwable[] {
          new OutOfMemoryError("of the host"),
          new StackOverflowError("of the host"),
          new IllegalStateException("of the host"),
          new Exception("of the host")
        }) {
      thrown = error;
      blocking = place;
      SnapshotResult result =
          guest.snapshot(target(place + error.getClass().getSimpleName())).await();
      assertEquals(SnapshotState.FAILED, result.state(), result::message);
      assertTrue(result.message().contains("of the host"), result::message);
      assertReleased();
    }
    assertWorksAgain();
  }

  @Test
  void searchForRamThatDoesNotReturnIsRefused() throws Exception {
    RamSource source =
        () -> {
          visit(Place.FIND);
          return Map.of();
        };
    guest.add(source);
    blocking = Place.FIND;
    SnapshotException refused =
        assertThrows(SnapshotException.class, () -> guest.snapshot(target("a"), IMPATIENT));
    assertTrue(refused.getMessage().contains(Place.FIND.words), refused::getMessage);
    assertTrue(guest.newest().isEmpty());
    guest.remove(source);
    Expect.completed(
        guest.snapshot(target("b")).await()); /* nobody is asked who has not returned */
  }

  /** It comes back with frozen vCPUs, long after its snapshot has ended. */
  @Test
  void freezeThatComesTooLateIsThawed() throws Exception {
    blocking = Place.FREEZE;
    guest.snapshot(target("a"), IMPATIENT).await();
    int before = thaws.get();
    mayReturn.countDown();
    while (thaws.get() == before) {
      Thread.onSpinWait();
    }
    vcpu.awaitQuanta(100);
  }

  /** A participant that was left behind is nobody's business once the guest has dropped it. */
  @Test
  void otherParticipantsAreSavedMeanwhile() throws Exception {
    blocking = Place.SAVE;
    Expect.failed(guest.snapshot(target("a"), IMPATIENT).await(), Place.SAVE.words);
    guest.remove(guest.participants().get(0));
    guest.add(new TestParticipant("cpu1", 2));
    Expect.completed(guest.snapshot(target("b")).await());
    int before = thaws.get();
    mayReturn.countDown();
    vcpu.awaitQuanta(100);
    assertEquals(before, thaws.get(), "what was left behind has thawed once more");
  }

  @Test
  void guestThatFreesRamDoesNotWaitForWhatWasLeftBehind() throws Exception {
    blocking = Place.SAVE;
    guest.snapshot(target("a"), IMPATIENT).await();
    guest.unregister(guest.blocks().get(0));
    assertTrue(guest.blocks().isEmpty());
  }
}
