package io.ramshot;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a busy JVM does besides running a guest: allocates, collects garbage, takes thread dumps,
 * polls the snapshot's status. Each of them wants safepoints all the time.
 */
final class Storm {
  private static final int THREADS = 3;

  private final List<Vcpu> threads = new ArrayList<>();
  private final Gate gate = new Gate(THREADS, () -> {});

  /** Keeps what is allocated reachable for a while. */
  private final byte[][] garbage = new byte[256][];

  private Storm(Guest guest) {
    for (int i = 0; i < 2; i++) {
      int which = i;
      threads.add(Vcpu.start("storm-" + i, gate, () -> allocate(which)));
    }
    threads.add(Vcpu.start("status", gate, () -> poll(guest)));
  }

  static Storm around(Guest guest) {
    return new Storm(guest);
  }

  private void allocate(int which) {
    for (int i = 0; i < 2000; i++) {
      garbage[i * 2 % garbage.length + which] = new byte[16 << 10];
    }
    if (which == 0) {
      System.gc();
    } else if (Thread.getAllStackTraces().isEmpty()) {
      throw new AssertionError("a JVM without threads");
    }
  }

  private static void poll(Guest guest) {
    Optional<Snapshot> newest = guest.newest();
    if (newest.isPresent()) {
      SnapshotStatus status = newest.get().status();
      if (status.doneBytes() > status.totalBytes()) {
        throw new AssertionError("more done than there is: " + status);
      }
    }
    try {
      Thread.sleep(1);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Holds it, so that others get the processor, until {@link #rage}. */
  void calm() throws SnapshotException {
    gate.freeze(Duration.ofSeconds(60));
  }

  void rage() {
    gate.thaw();
  }

  /** Fails if one of its threads did. */
  void stop() throws InterruptedException {
    for (Vcpu thread : threads) {
      thread.stop();
    }
  }
}
