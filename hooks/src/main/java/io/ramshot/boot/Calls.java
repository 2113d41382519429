package io.ramshot.boot;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Counts and times calls of host methods while an unknown host is watched.
 *
 * <p>A method called often costs the host little all the same: after {@link #LIMIT} calls it is
 * only found to have been called enough.
 */
public final class Calls {

  /** How many methods can be counted at once. */
  public static final int MAX_METHODS = 96;

  /** Calls of one method that are counted: bounds what is paid for a hot one. */
  public static final int LIMIT = 50_000;

  /** Bucket b holds calls of less than 2^b ns, and not of the bucket before. */
  public static final int BUCKETS = 48;

  /** Counters of neighbours lie in other cache lines. */
  private static final int STRIDE = 16;

  private static final AtomicLongArray ENTERED = new AtomicLongArray(MAX_METHODS * STRIDE);
  private static final AtomicLongArray LEFT = new AtomicLongArray(MAX_METHODS * STRIDE);
  private static final AtomicLongArray LONGEST = new AtomicLongArray(MAX_METHODS * STRIDE);
  private static final AtomicLongArray REACHED = new AtomicLongArray(MAX_METHODS * STRIDE);
  private static final AtomicLongArray TIMES = new AtomicLongArray(MAX_METHODS * BUCKETS);

  /** 1 while a thread is inside, for whoever looks from outside: {@link #isInside}. */
  private static final AtomicLongArray INSIDE = new AtomicLongArray(MAX_METHODS * STRIDE);

  /** What each method was called on last; kept alive until {@link #forget}. */
  private static final Object[] RECEIVERS = new Object[MAX_METHODS];

  /** Whether receivers are kept: a thread may come late to what it was about to keep. */
  private static volatile boolean keeping;

  /** When counting began, in ns. */
  private static volatile long begun = System.nanoTime();

  private Calls() {}

  /** Forgets all calls, those under way too. */
  public static void reset() {
    for (int i = 0; i < TIMES.length(); i++) {
      TIMES.set(i, 0);
    }
    for (int i = 0; i < MAX_METHODS * STRIDE; i++) {
      LEFT.set(i, 0);
      LONGEST.set(i, 0);
      REACHED.set(i, 0);
    }
    begun = System.nanoTime();
    keeping = true;
    for (int i = 0; i < MAX_METHODS * STRIDE; i++) {
      ENTERED.set(i, 0);
    }
  }

  /**
   * Advice calls this at the start of a method.
   *
   * @param receiver what it is called on; null if the method is static
   * @return what {@link #leave} wants; 0 if the call is not counted
   */
  public static long enter(int method, Object receiver) {
    int at = method * STRIDE;
    INSIDE.setOpaque(at, 1);
    if (ENTERED.get(at) >= LIMIT) {
      return 0;
    }
    RECEIVERS[method] = receiver;
    long now = System.nanoTime();
    if (ENTERED.incrementAndGet(at) == LIMIT) {
      REACHED.set(at, now);
    }
    if (!keeping) { // after the counter, which orders the two
      RECEIVERS[method] = null;
    }
    return now == 0 ? 1 : now;
  }

  /** Advice calls this at the end of a method, however it ends. */
  public static void leave(int method, long entered) {
    int at = method * STRIDE;
    INSIDE.setOpaque(at, 0);
    if (entered == 0 || entered - begun < 0) {
      return;
    }
    long nanos = System.nanoTime() - entered;
    LEFT.incrementAndGet(at);
    int bucket = Math.min(BUCKETS - 1, Long.SIZE - Long.numberOfLeadingZeros(nanos));
    TIMES.incrementAndGet(method * BUCKETS + bucket);
    long longest;
    while (nanos > (longest = LONGEST.get(at))) {
      if (LONGEST.compareAndSet(at, longest, nanos)) {
        break;
      }
    }
  }

  /**
   * Whether a thread is inside just now. Looked at again and again it tells the share of time, also
   * of a method that the compiler has inlined, which stacks do not show; of one that calls itself,
   * or that several threads call, roughly.
   */
  public static boolean isInside(int method) {
    return INSIDE.getOpaque(method * STRIDE) != 0;
  }

  /** What the method was called on last, or null if it is static or was not called. */
  public static Object receiver(int method) {
    return RECEIVERS[method];
  }

  /** Lets go of what methods were called on, until {@link #reset}. */
  public static void forget() {
    keeping = false;
    Arrays.fill(RECEIVERS, null);
  }

  /** Calls that began, at most {@link #LIMIT} and a few. */
  public static long entered(int method) {
    return ENTERED.get(method * STRIDE);
  }

  /** Those of them that are over. */
  public static long left(int method) {
    return LEFT.get(method * STRIDE);
  }

  /** Time of the longest call that is over, in ns. */
  public static long longest(int method) {
    return LONGEST.get(method * STRIDE);
  }

  /** How long the calls were counted, in ns: until now, or until there were enough. */
  public static long counted(int method) {
    long reached = REACHED.get(method * STRIDE);
    return Math.max(1, (reached == 0 ? System.nanoTime() : reached) - begun);
  }

  /**
   * A time that this share of the calls did not exceed, in ns, rounded up to a power of two.
   *
   * @param share 0 to 1
   */
  public static long within(int method, double share) {
    long wanted = (long) Math.ceil(left(method) * share);
    long seen = 0;
    for (int b = 0; b < BUCKETS; b++) {
      seen += TIMES.get(method * BUCKETS + b);
      if (seen >= wanted) {
        return Math.min(longest(method), 1L << b);
      }
    }
    return longest(method);
  }
}
