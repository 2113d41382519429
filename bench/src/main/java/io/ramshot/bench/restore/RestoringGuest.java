package io.ramshot.bench.restore;

import io.ramshot.bench.worker.RawMemory;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.Histogram;

/**
 * A guest thread that has just been given its RAM: it adds one to a byte in pages drawn uniformly,
 * and looks at the clock after each.
 *
 * <p>Its first quantum is {@link #FIRST_PAGES} accesses, as many pages as an emulator's thousand
 * instructions may touch; each later one is 256.
 */
final class RestoringGuest extends Thread {
  static final int FIRST_PAGES = 16;

  private static final int QUANTUM = 256;
  private static final int PAGE_BITS = 12;

  /** What takes longer was a wait: four times what a cache miss takes on a virtual machine. */
  private static final long WAIT_NANOS = 2_000;

  private static final int DIGITS = 3;

  private record Ram(long address, long pages) {}

  private final AtomicLong count = new AtomicLong();
  private final Ram practice;
  private volatile Ram ram;
  private volatile Histogram waits = new Histogram(DIGITS);
  private volatile long firstAccessNanos;
  private volatile long firstQuantumNanos;
  private volatile boolean resting;
  private volatile boolean ended;
  private long state;

  /**
   * @param practice memory to warm up on, in pages
   * @param seed decides which pages are drawn
   */
  RestoringGuest(long practiceAddress, long practicePages, long seed) {
    super("guest");
    setDaemon(true);
    practice = new Ram(practiceAddress, practicePages);
    state = first(seed);
  }

  private static long first(long seed) {
    return seed * 0x9e3779b97f4a7c15L | 1;
  }

  /** Warms up for so long, then waits for RAM. */
  void warmUp(long millis) throws InterruptedException {
    start();
    Thread.sleep(millis);
    resting = true;
    while (resting) {
      Thread.sleep(1);
    }
    count.set(0);
    waits = new Histogram(DIGITS);
  }

  /** Gives it RAM; its first quantum begins. */
  synchronized void give(long address, long bytes) {
    ram = new Ram(address, bytes >>> PAGE_BITS);
    notifyAll();
  }

  @Override
  public void run() {
    long drawn = state;
    while (!resting) {
      quantum(practice, QUANTUM);
    }
    state = drawn; /* so that the pages do not depend on how long it was warm */
    Ram given = awaitRam();
    quantum(given, 1);
    firstAccessNanos = System.nanoTime();
    quantum(given, FIRST_PAGES - 1);
    synchronized (this) {
      firstQuantumNanos = System.nanoTime();
      notifyAll();
    }
    while (!ended) {
      quantum(given, QUANTUM);
    }
  }

  private synchronized Ram awaitRam() {
    resting = false;
    while (ram == null) {
      try {
        wait();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
    return ram;
  }

  /** Waits until the first quantum has run. */
  synchronized void awaitFirstQuantum() throws InterruptedException {
    while (firstQuantumNanos == 0) {
      wait();
    }
  }

  private void quantum(Ram of, int accesses) {
    long drawn = state;
    Histogram into = waits;
    long last = System.nanoTime();
    for (int i = 0; i < accesses; i++) {
      drawn = next(drawn);
      RawMemory.increment(of.address() + (page(drawn, of.pages()) << PAGE_BITS));
      long now = System.nanoTime();
      if (now - last > WAIT_NANOS) {
        into.recordValue(now - last);
      }
      last = now;
    }
    state = drawn;
    count.lazySet(count.get() + accesses);
  }

  /** xorshift. */
  private static long next(long drawn) {
    long state = drawn;
    state ^= state << 13;
    state ^= state >>> 7;
    return state ^ state << 17;
  }

  private static long page(long drawn, long pages) {
    return Long.remainderUnsigned(drawn, pages);
  }

  /** The pages of the first quantum, in a guest of so many. */
  static long[] firstPages(long seed, long pages) {
    long[] drawnPages = new long[FIRST_PAGES];
    long drawn = first(seed);
    for (int i = 0; i < FIRST_PAGES; i++) {
      drawn = next(drawn);
      drawnPages[i] = page(drawn, pages);
    }
    return drawnPages;
  }

  /** Page accesses so far. */
  long count() {
    return count.get();
  }

  /** When it had touched its first page, by {@link System#nanoTime}. */
  long firstAccessNanos() {
    return firstAccessNanos;
  }

  long firstQuantumNanos() {
    return firstQuantumNanos;
  }

  /** Its waits so far, in ns, to be read when it has ended; later ones are noted down elsewhere. */
  Histogram takeWaits() {
    Histogram taken = waits;
    waits = new Histogram(DIGITS);
    return taken;
  }

  /** Ends it, and waits for that. */
  void end() throws InterruptedException {
    ended = true;
    join();
  }
}
