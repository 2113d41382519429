package io.ramshot.bench.worker;

import io.ramshot.SnapshotException;
import io.ramshot.bench.cell.Cell;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The guest that every contender saves: RAM, threads that work on it, and their gate. */
final class BenchGuest {
  private static final Duration FREEZE_LIMIT = Duration.ofSeconds(10);

  private final GuestRam ram;
  private final Gate gate = new Gate(this::noteFreeze);
  private final List<GuestThread> threads = new ArrayList<>();
  private final ThreadMXBean cpu = ManagementFactory.getThreadMXBean();
  private volatile long countAtFreeze;
  private volatile List<Span> fromFreezeOn;

  private BenchGuest(GuestRam ram) {
    this.ram = ram;
  }

  /** Starts one; it runs at once. */
  static BenchGuest start(Cell cell) throws IOException {
    BenchGuest guest =
        new BenchGuest(
            cell.jvm().ramOnHeap()
                ? new OnHeapRam(cell.ramBytes())
                : OffHeapRam.map(cell.ramBytes(), cell.hugePages()));
    Span unread = new Span(System.nanoTime(), 1, 0);
    for (int i = 0; i < cell.threads(); i++) {
      Accesses accesses = Accesses.of(cell.workload(), guest.ram, i, cell.threads());
      guest.threads.add(new GuestThread(guest.gate, accesses, unread, i));
    }
    guest.threads.forEach(Thread::start);
    return guest;
  }

  GuestRam ram() {
    return ram;
  }

  Gate gate() {
    return gate;
  }

  void freeze() throws SnapshotException {
    gate.freeze(FREEZE_LIMIT);
  }

  void thaw() {
    gate.thaw();
  }

  /** Page accesses of all threads so far. */
  long count() {
    long sum = 0;
    for (GuestThread thread : threads) {
      sum += thread.count();
    }
    return sum;
  }

  private void noteFreeze() {
    countAtFreeze = count();
    List<Span> next = fromFreezeOn;
    if (next != null) {
      fromFreezeOn = null;
      turn(next);
    }
  }

  /**
   * Makes threads note down into new spans from the next freeze on.
   *
   * @return where they will
   */
  List<Span> turnAtFreeze(long originNanos, long bucketNanos, int buckets) {
    List<Span> next = spans(originNanos, bucketNanos, buckets);
    fromFreezeOn = next;
    return next;
  }

  /** {@link #count} when the newest freeze was asked for. */
  long countAtFreeze() {
    return countAtFreeze;
  }

  /** CPU time of the guest threads so far, in ns. */
  long cpuNanos() {
    return threads.stream().mapToLong(thread -> cpu.getThreadCpuTime(thread.getId())).sum();
  }

  /** Threads note down into new spans from now on. Returns where they did so far. */
  List<Span> turn(long originNanos, long bucketNanos, int buckets) {
    return turn(spans(originNanos, bucketNanos, buckets));
  }

  /** New spans, a thread each. */
  List<Span> spans(long originNanos, long bucketNanos, int buckets) {
    List<Span> spans = new ArrayList<>();
    for (int i = 0; i < threads.size(); i++) {
      spans.add(new Span(originNanos, bucketNanos, buckets));
    }
    return spans;
  }

  /** The same with spans that exist. */
  List<Span> turn(List<Span> next) {
    List<Span> before = new ArrayList<>();
    for (int i = 0; i < threads.size(); i++) {
      before.add(threads.get(i).turn(next.get(i)));
    }
    return before;
  }
}
