package io.ramshot;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A freeze that does not come to arming: the guest runs on, whoever is to blame. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FreezeTest {
  private static final SnapshotOptions IMPATIENT =
      SnapshotOptions.DEFAULTS.withFreezeTimeout(Duration.ofMillis(200));

  @TempDir Path folder;

  private final Guest guest = new Guest();
  private final ByteBuffer ram = Ram.buffer(4 * Ram.MIB);
  private final Gate gate = new Gate(1, () -> {});
  private Vcpu vcpu;
  private int at;

  @BeforeEach
  void start() {
    guest.register("ram", ram);
    guest.vcpus(gate);
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
    vcpu.awaitQuanta(100);
    vcpu.stop();
  }

  private Snapshot snapshot(SnapshotOptions options) throws SnapshotException {
    return guest.snapshot(folder.resolve("a.ramshot"), options);
  }

  @Test
  void participantThatLeavesItsThreadInterruptedFailsNothing() throws Exception {
    guest.add(
        new TestParticipant("rtc") {
          @Override
          public byte[] save() throws Exception {
            Thread.currentThread().interrupt();
            return super.save();
          }
        });
    SnapshotResult result = snapshot(SnapshotOptions.DEFAULTS).await();
    assertEquals(SnapshotState.COMPLETED, result.state(), result.message());
  }

  @Test
  void whatParticipantsThrowIsShownAsTheyThrewIt() throws Exception {
    guest.add(
        new TestParticipant("rtc") {
          @Override
          public byte[] save() throws Exception {
            throw new java.lang.reflect.InvocationTargetException(
                new IllegalStateException("clock stands still"));
          }
        });
    SnapshotResult result = snapshot(SnapshotOptions.DEFAULTS).await();
    assertEquals(
        "rtc could not save its state (java.lang.IllegalStateException: clock stands still): that"
            + " is the host's code, mend it there",
        result.message());
  }

  @Test
  void participantThatThrowsFailsTheSnapshotByName() throws Exception {
    guest.add(new TestParticipant("cpu0", 1));
    guest.add(
        new TestParticipant("rtc") {
          @Override
          public byte[] save() throws Exception {
            throw new IllegalStateException("clock stands still");
          }
        });
    Expect.failed(snapshot(SnapshotOptions.DEFAULTS).await(), "rtc", "clock stands still");
  }

  @Test
  void participantThatSavesNothingFailsTheSnapshotByName() throws Exception {
    guest.add(
        new TestParticipant("rtc") {
          @Override
          public byte[] save() {
            return null;
          }
        });
    Expect.failed(snapshot(SnapshotOptions.DEFAULTS).await(), "rtc", "must return bytes");
  }

  @Test
  void guestRunsOnWhileAParticipantTakesTooLong() throws Exception {
    CountDownLatch saving = new CountDownLatch(1);
    CountDownLatch mayReturn = new CountDownLatch(1);
    guest.add(
        new TestParticipant("slow") {
          @Override
          public byte[] save() {
            saving.countDown();
            awaitUninterruptibly(mayReturn);
            return new byte[1];
          }
        });
    Snapshot snapshot = snapshot(IMPATIENT);
    saving.await();
    vcpu.awaitQuanta(100);
    Expect.failed(snapshot.await(), "slow", "freeze.timeout=");
    mayReturn.countDown();
  }

  @Test
  void participantThatNeverFinishesFailsTheSnapshotByName() throws Exception {
    guest.add(
        new TestParticipant("stuck") {
          @Override
          public byte[] save() throws Exception {
            new CountDownLatch(1).await();
            return null;
          }
        });
    Expect.failed(snapshot(IMPATIENT).await(), "stuck", "freeze.timeout=");
  }

  @Test
  void vcpusThatCannotBeFrozenFailTheSnapshotInTheirOwnWords() throws Exception {
    guest.vcpus(
        new Vcpus() {
          @Override
          public void freeze(Duration timeout) throws SnapshotException {
            throw new SnapshotException("cpu7 is on holiday: call it back");
          }

          @Override
          public void thaw() {}
        });
    Expect.failed(snapshot(SnapshotOptions.DEFAULTS).await(), "cpu7 is on holiday: call it back");
  }

  @Test
  void vcpuThatDoesNotComeToItsGateFailsTheSnapshotAndTheOthersRunOn() throws Exception {
    guest.vcpus(
        new Vcpus() {
          private final Gate forTwo = new Gate(2, () -> {});

          @Override
          public void freeze(Duration timeout) throws SnapshotException {
            forTwo.freeze(timeout);
          }

          @Override
          public void thaw() {
            forTwo.thaw();
          }
        });
    Expect.failed(snapshot(IMPATIENT).await(), "did not reach its gate");
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    while (latch.getCount() > 0) {
      Thread.onSpinWait();
    }
  }
}
