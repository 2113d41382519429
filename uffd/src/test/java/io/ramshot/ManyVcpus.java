package io.ramshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The JVM of {@link ManyVcpusTest}: four vCPUs, each with a block of its own, take ticks from one
 * clock and log them in their RAM.
 */
final class ManyVcpus {
  private static final int VCPUS = 4;
  private static final int SNAPSHOTS = 3;

  /** A log entry a page at a time, so that the log meets all of the block's pages early. */
  private static final class Log {
    final ByteBuffer ram;
    final int pages;
    final int capacity;
    int length;
    int lengthAtFreeze;

    Log(ByteBuffer ram) {
      this.ram = ram;
      this.pages = ram.capacity() / Ram.PAGE;
      this.capacity = pages * (Ram.PAGE / Long.BYTES / 2);
    }

    int offset(int entry) {
      return entry % pages * Ram.PAGE + entry / pages * Long.BYTES;
    }

    /** The other half of each page is scribbled on, to give the engine something to do. */
    void quantum(AtomicLong clock) {
      if (length < capacity) {
        ram.putLong(offset(length++), clock.incrementAndGet());
      }
      for (int i = 0; i < 64; i++) {
        int at = (length * 7 + i * 31) % pages * Ram.PAGE + Ram.PAGE / 2;
        ram.putLong(at, ram.getLong(at) + 1);
      }
    }
  }

  private final AtomicLong clock = new AtomicLong();
  private final List<Log> logs = new ArrayList<>();
  private final ByteBuffer small = Ram.buffer(64 << 10, 16);
  private long clockAtFreeze;

  private ManyVcpus() {}

  /**
   * @param arguments folder
   */
  public static void main(String[] arguments) throws Exception {
    new ManyVcpus().run(Path.of(arguments[0]));
  }

  private void run(Path folder) throws Exception {
    Guest guest = new Guest();
    Gate gate =
        new Gate(
            VCPUS,
            () -> {
              clockAtFreeze = clock.get();
              logs.forEach(log -> log.lengthAtFreeze = log.length);
            });
    guest.vcpus(gate);
    List<Vcpu> vcpus = new ArrayList<>();
    for (int i = 0; i < VCPUS; i++) {
      /* None is like another in length and in place. */
      Log log = new Log(Ram.buffer(32 * Ram.MIB + i * 123_456 / 8 * 8, i * 8));
      logs.add(log);
      guest.register("ram" + i, log.ram);
    }
    guest.register("small", small);
    for (int i = 0; i < VCPUS; i++) {
      Log log = logs.get(i);
      boolean first = i == 0;
      vcpus.add(
          Vcpu.start(
              "vcpu" + i,
              gate,
              () -> {
                log.quantum(clock);
                if (first) {
                  small.putLong(small.capacity() - Long.BYTES, log.length);
                }
              }));
    }
    long requests = 0;
    for (int i = 0; i < SNAPSHOTS; i++) {
      vcpus.get(0).awaitQuanta(1000);
      Path target = folder.resolve(i + ".ramshot");
      SnapshotResult result = guest.snapshot(target).await();
      Expect.completed(result);
      requests += result.status().requests();
      long seen = clockAtFreeze;
      int[] lengths = logs.stream().mapToInt(log -> log.lengthAtFreeze).toArray();
      gate.freeze(Duration.ofSeconds(60));
      SavedRam.verify(target);
      check(target, seen, lengths);
      gate.thaw();
    }
    for (Vcpu vcpu : vcpus) {
      vcpu.stop();
    }
    assertTrue(requests > 0, "the guest never met protected RAM");
  }

  private void check(Path target, long clock, int[] lengths) throws Exception {
    BitSet ticks = new BitSet();
    for (int i = 0; i < VCPUS; i++) {
      try (SavedRam saved = SavedRam.of(target, "ram" + i)) {
        Log log = logs.get(i);
        ByteBuffer ram = ByteBuffer.wrap(saved.bytes()).order(ByteOrder.nativeOrder());
        for (int entry = 0; entry < lengths[i]; entry++) {
          int tick = Math.toIntExact(ram.getLong(log.offset(entry)));
          assertTrue(tick > 0 && !ticks.get(tick), () -> "tick " + tick + " is missing or doubled");
          ticks.set(tick);
        }
        for (int entry = lengths[i]; entry < log.capacity; entry++) {
          assertEquals(0, ram.getLong(log.offset(entry)), "an entry from after the freeze");
        }
      }
    }
    assertEquals(clock, ticks.cardinality(), "not all ticks up to the freeze");
    assertEquals(clock, ticks.length() - 1, "a tick from after the freeze");
    try (SavedRam copied = SavedRam.of(target, "small")) {
      assertEquals(lengths[0], copied.longAt(copied.length() - Long.BYTES), "small block");
    }
  }
}
