package io.ramshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.image.Image;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A restore into a guest whose vCPU runs: frozen by its Vcpus, or refused in words that say so. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RunningRestoreTest {
  private static final int BYTES = 8 * Ram.MIB;

  /** Enough for a writer to be met while it writes; each takes some milliseconds. */
  private static final int ATTEMPTS = 2000;

  private static final int LOOKS = 20;

  @TempDir Path folder;

  private final ByteBuffer ram = Ram.buffer(BYTES);
  private final byte[] array = new byte[Ram.MIB];
  private final Gate gate = new Gate(1, () -> {});
  private final Guest guest = new Guest();
  private Path file;
  private Vcpu vcpu;

  /** Counts in every page in turn: of its own from one to the next, for ever. */
  private int count;

  /** Whether the vCPU writes to the array instead. */
  private volatile boolean onHeap;

  @BeforeEach
  void start() throws Exception {
    guest.register("ram", ram);
    Ram.fill(ram, 3);
    file = folder.resolve("a.ramshot");
    Expect.completed(guest.snapshot(file).await());
    vcpu = Vcpu.start("vcpu", gate, this::step);
    vcpu.awaitQuanta(10);
  }

  private void step() {
    for (int i = 0; i < 64; i++) {
      count++;
      if (onHeap) {
        array[count * Ram.PAGE & array.length - 1] = (byte) (count >> 8);
      } else {
        ram.put(count * Ram.PAGE & BYTES - 1, (byte) (count >> 11 | 1));
      }
    }
  }

  @AfterEach
  void stop() throws Exception {
    gate.thaw();
    vcpu.awaitQuanta(10);
    vcpu.stop();
  }

  private void restore(boolean lazy) throws Exception {
    try (Image image = Image.open(file)) {
      guest.restore(image, RestoreOptions.DEFAULTS.withLazy(lazy)).await(Duration.ofSeconds(30));
    }
  }

  /** A vCPU that has no processor for so long is not seen to run: then once more. */
  private String refused(boolean lazy) throws Exception {
    String message = null;
    for (int i = 0; message == null && i < LOOKS; i++) {
      try {
        restore(lazy);
      } catch (SnapshotException e) {
        message = e.getMessage();
      }
    }
    assertNotNull(message, "a vCPU that runs all the while was not seen");
    assertFalse(message.contains("damaged"), message);
    assertTrue(message.contains("guest.vcpus("), message);
    return message;
  }

  @Test
  void withoutVcpusItIsRefusedBeforeAnythingIsChanged() throws Exception {
    for (boolean lazy : new boolean[] {false, true}) {
      assertTrue(refused(lazy).startsWith("block ram is being written to, so a vCPU runs"));
      vcpu.awaitQuanta(10);
    }
    onHeap = true;
    guest.add(() -> Map.of("array", array));
    file = folder.resolve("b.ramshot");
    Expect.completed(guest.snapshot(file).await());
    assertTrue(refused(false).startsWith("block array is being written to"));
  }

  @Test
  void withVcpusTheyAreFrozenAndGoOnAfterwards() throws Exception {
    guest.vcpus(gate);
    boolean[] still = new boolean[1];
    gate.freeze(SnapshotOptions.DEFAULTS.freezeTimeout());
    byte[] saved = Ram.bytes(ram);
    guest.add(
        new TestParticipant("cpu", 1) {
          @Override
          public void load(byte[] state) throws Exception {
            int before = count;
            Thread.sleep(5);
            still[0] = before == count && Arrays.equals(saved, Ram.bytes(ram));
            super.load(state);
          }
        });
    file = folder.resolve("c.ramshot");
    Expect.completed(guest.snapshot(file).await());
    for (boolean lazy : new boolean[] {false, true}) {
      vcpu.awaitQuanta(100);
      still[0] = false;
      restore(lazy);
      assertTrue(still[0], "the vCPU stood still, and RAM was back, when state was loaded");
      vcpu.awaitQuanta(100);
    }
  }

  @Test
  void whoWritesMeanwhileIsNoDamageOfTheImage() throws Exception {
    guest.vcpus(Vcpus.STOPPED); // which is a lie
    for (int i = 0; i < ATTEMPTS; i++) {
      try {
        restore(false);
      } catch (SnapshotException e) {
        String message = e.getMessage();
        assertTrue(
            message.matches(
                "page \\d+ of block ram was written to while it was restored, .*guest\\.vcpus.*"),
            message);
        return;
      }
    }
    throw new AssertionError("nobody wrote to a page between its read and its check");
  }

  @Test
  void vcpusThatDoNotComeToTheirGateRefuseItUnchanged() throws Exception {
    guest.vcpus(
        new Vcpus() {
          @Override
          public void freeze(Duration timeout) throws SnapshotException {
            throw new SnapshotException("vCPU 0 did not come to its gate");
          }

          @Override
          public void thaw() {}
        });
    SnapshotException e = assertThrows(SnapshotException.class, () -> restore(false));
    assertEquals("vCPU 0 did not come to its gate", e.getMessage());
    vcpu.awaitQuanta(100);
  }

  @Test
  void afterAFailureHalfwayTheVcpusStayFrozenUntilAnotherSucceeds() throws Exception {
    boolean[] fails = {true};
    guest.vcpus(gate);
    guest.add(
        new TestParticipant("cpu", 1) {
          @Override
          public void load(byte[] state) throws Exception {
            if (fails[0]) {
              throw new IllegalStateException("no");
            }
            super.load(state);
          }
        });
    file = folder.resolve("d.ramshot");
    Expect.completed(guest.snapshot(file).await());
    assertThrows(SnapshotException.class, () -> restore(false));
    int before = count;
    Thread.sleep(20);
    assertEquals(before, count);
    fails[0] = false;
    restore(false);
    vcpu.awaitQuanta(100);
  }
}
