package io.ramshot.hooks.injection;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Counts the calls of ramshot's own methods on each of its threads, and does something to the n-th
 * of one of them. Public, for advice in ramshot's classes calls it.
 */
public final class Trap {
  /** What happens at the call. */
  public enum Kind {
    MEMORY,
    STACK,
    UNCHECKED,
    BLOCK
  }

  /** One call that something is done to. */
  public record Shot(String thread, int call, Kind kind) {
    @Override
    public String toString() {
      return kind + " at call " + call + " of " + thread;
    }
  }

  private static final String OWN_THREADS = "ramshot-";

  private static final Map<String, AtomicInteger> COUNTS = new ConcurrentHashMap<>();

  private static volatile Shot shot;
  private static volatile String where;
  private static volatile boolean counting;
  private static volatile CountDownLatch release = new CountDownLatch(0);

  private Trap() {}

  /** Before it is woven in: loading a class runs ramshot's code. */
  static void load() {
    set(new Shot("", 0, Kind.BLOCK));
    clear();
  }

  /** Counts anew. */
  public static void set(Shot next) {
    COUNTS.clear();
    where = null;
    release = new CountDownLatch(1);
    shot = next;
    counting = true;
  }

  /** Counts nothing more, and lets whoever is blocked go on. */
  public static void clear() {
    counting = false;
    shot = null;
    release.countDown();
  }

  /** The method that was hit, or null. */
  public static String where() {
    return where;
  }

  /** Calls by thread. */
  public static Map<String, Integer> counts() {
    Map<String, Integer> all = new TreeMap<>();
    COUNTS.forEach((thread, count) -> all.put(thread, count.get()));
    return all;
  }

  /** Called at the beginning of each of ramshot's methods. */
  public static void at(String method) {
    if (!counting) {
      return;
    }
    String thread = Thread.currentThread().getName();
    if (!thread.startsWith(OWN_THREADS)) {
      return;
    }
    int count = COUNTS.computeIfAbsent(thread, name -> new AtomicInteger()).incrementAndGet();
    Shot aim = shot;
    if (aim != null && count == aim.call && thread.equals(aim.thread)) {
      where = method;
      fire(aim.kind);
    }
  }

  private static void fire(Kind kind) {
    switch (kind) {
      case MEMORY -> throw new OutOfMemoryError("injected");
      case STACK -> throw new StackOverflowError("injected");
      case UNCHECKED -> throw new IllegalStateException("injected");
      case BLOCK -> block(release);
    }
  }

  /** Whatever interrupts it. */
  private static void block(CountDownLatch until) {
    boolean interrupted = false;
    while (until.getCount() > 0) {
      LockSupport.parkNanos(1_000_000);
      interrupted |= Thread.interrupted();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
