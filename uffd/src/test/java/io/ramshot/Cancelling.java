package io.ramshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;

/** The JVM of {@link CancellingTest}: snapshots of a busy guest that come to an early end. */
final class Cancelling {
  private static final String REASON = "somebody wants it so";

  /** Longer than most of these snapshots take. */
  private static final long LONGEST_DELAY_NANOS = 80_000_000;

  private final Path target;
  private final ByteBuffer ram = Ram.buffer(24 * Ram.MIB, 16);
  private final Guest guest = new Guest();
  private final SplittableRandom random = new SplittableRandom(7);
  private Runnable atFreeze = () -> {};
  private int at;

  private Cancelling(Path target) {
    this.target = target;
  }

  /**
   * @param arguments when, folder
   */
  public static void main(String[] arguments) throws Exception {
    Cancelling cancelling = new Cancelling(Path.of(arguments[1]).resolve("a.ramshot"));
    cancelling.run(arguments[0]);
  }

  private void run(String when) throws Exception {
    guest.register("ram", ram);
    Gate gate = new Gate(1, this::frozen);
    guest.vcpus(gate);
    Vcpu vcpu = Vcpu.start("vcpu", gate, this::quantum);
    switch (when) {
      case "preparing" -> atOnce();
      case "freezing" -> inTheFreeze();
      case "saving" -> whileSaving();
      case "sealing" -> whileSealing();
      case "any" -> atAnyTime();
      default -> throw new IllegalArgumentException(when);
    }
    vcpu.awaitQuanta(100);
    Ram.writeEveryPage(ram);
    vcpu.stop();
    assertEquals(List.of(), Expect.list(target.getParent()));
  }

  private void quantum() {
    for (int i = 0; i < 50; i++) {
      ram.put(at, (byte) (ram.get(at) + 1));
      at = (at + Ram.PAGE) % ram.capacity();
    }
  }

  private void frozen() {
    atFreeze.run();
  }

  private void atOnce() throws Exception {
    for (int i = 0; i < 5; i++) {
      Snapshot snapshot = guest.snapshot(target);
      snapshot.cancel(REASON);
      Expect.cancelled(snapshot.await(), REASON);
    }
  }

  private void inTheFreeze() throws Exception {
    atFreeze = () -> guest.newest().orElseThrow().cancel(REASON);
    Expect.cancelled(guest.snapshot(target).await(), REASON);
    atFreeze =
        () -> assertEquals(SnapshotState.FREEZING, guest.newest().orElseThrow().status().state());
    guest.add(
        new TestParticipant("canceller") {
          @Override
          public byte[] save() {
            guest.newest().orElseThrow().cancel(REASON);
            return new byte[0];
          }
        });
    Expect.cancelled(guest.snapshot(target).await(), REASON);
  }

  /** With a guest thread that waits for the slowest of files. */
  private void whileSaving() throws Exception {
    for (int i = 0; i < 5; i++) {
      Snapshot snapshot =
          guest.snapshot(
              target,
              SnapshotOptions.DEFAULTS.withPoolBytes(Ram.CHUNK).withBytesPerSecond(1_000_000));
      Expect.awaitState(snapshot, SnapshotState.SAVING);
      while (snapshot.status().requestsWaited() == 0) {
        Thread.onSpinWait();
      }
      snapshot.cancel(REASON);
      Expect.nothingProtected();
      Expect.cancelled(snapshot.await(), REASON);
    }
  }

  private void whileSealing() throws Exception {
    for (int i = 0; i < 10; i++) {
      Snapshot snapshot = guest.snapshot(target);
      Expect.awaitState(snapshot, SnapshotState.SEALING);
      snapshot.cancel(REASON);
      checkEither(snapshot.await());
    }
  }

  private void atAnyTime() throws Exception {
    Map<SnapshotState, Integer> ends = new EnumMap<>(SnapshotState.class);
    for (int i = 0; i < 50; i++) {
      Snapshot snapshot = guest.snapshot(target);
      LockSupport.parkNanos(random.nextLong(LONGEST_DELAY_NANOS));
      snapshot.cancel(REASON);
      SnapshotResult result = snapshot.await();
      checkEither(result);
      ends.merge(result.state(), 1, Integer::sum);
    }
    assertTrue(ends.containsKey(SnapshotState.CANCELLED), ends::toString);
    System.out.println(ends);
  }

  private void checkEither(SnapshotResult result) throws Exception {
    if (result.state() == SnapshotState.COMPLETED) {
      Expect.completed(result);
      SavedRam.verify(target);
      Files.delete(target);
    } else {
      Expect.cancelled(result, REASON);
    }
    Ram.writeEveryPage(ram);
  }
}
