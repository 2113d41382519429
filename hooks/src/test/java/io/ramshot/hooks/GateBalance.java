package io.ramshot.hooks;

import io.ramshot.boot.Gate;
import io.ramshot.boot.GateCell;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import net.bytebuddy.agent.ByteBuddyAgent;

/**
 * The JVM of {@link GateBalanceTest}: a vCPU into whose gates errors are thrown wherever they can
 * be, while it is frozen and thawed all the time.
 *
 * <p>A thread that has left its quantum must not be counted as inside, or no freeze ends any more;
 * and one that is in it must be, or it runs in a freeze. Quanta look for themselves, and make no
 * call: there may be no stack for one.
 */
public final class GateBalance {

  private static final Duration FREEZE = Duration.ofSeconds(30);

  /** Frames from the end of the stack: more than gates, advice and the JDK below take. */
  private static final int LEVELS = 160;

  private static final int STACK_BYTES = 256 << 10;

  private static volatile boolean frozen;
  private static volatile boolean over;
  private static volatile Throwable failure;
  private static volatile long freezes;

  private static GateCell cell;
  private static long quanta;
  private static long unseen;
  private static long ranFrozen;
  private static long wrongDepth;
  private static long errors;
  private static int deepest;
  private static volatile boolean full;
  private static Object[] hoard;

  private GateBalance() {}

  /**
   * @param arguments which errors, and for how many rounds
   */
  public static void main(String[] arguments) throws Exception {
    FakeGuest guest = new FakeGuest();
    String own = GateBalance.class.getName();
    Hooks hooks =
        Hooks.install(
            ByteBuddyAgent.getInstrumentation(),
            HookOptions.parse(
                Map.of(
                    "gate",
                    own + "::quantum," + own + "::again," + own + "::outer," + own + "::late")),
            guest,
            System.out::println);
    int rounds = Integer.parseInt(arguments[1]);
    switch (arguments[0]) {
      case "overflow" -> whileFrozenAllTheTime(hooks, () -> overflow(rounds), vcpu -> {});
      case "stop" ->
          whileFrozenAllTheTime(hooks, GateBalance::runUntilOver, vcpu -> stop(vcpu, rounds));
      case "first" -> whileOpenedAllTheTime(() -> first(rounds));
      case "memory" -> memory(rounds);
      default -> throw new IllegalArgumentException(arguments[0]);
    }
    hooks.vcpus().freeze(FREEZE);
    freezes++;
    hooks.vcpus().thaw();
    System.out.printf(
        "%d quanta, %d errors, %d freezes; %d unseen, %d while frozen, %d depths wrong; %s%n",
        quanta, errors, freezes, unseen, ranFrozen, wrongDepth, failure);
    boolean tried = quanta > 0 && errors > 0 && freezes > 0;
    boolean right = unseen == 0 && ranFrozen == 0 && wrongDepth == 0 && failure == null;
    System.exit(tried && right ? 0 : 1);
  }

  private static void whileFrozenAllTheTime(Hooks hooks, Runnable body, Consumer<Thread> meanwhile)
      throws InterruptedException {
    Thread vcpu = vcpu(body);
    vcpu.start();
    while (cell == null) {
      Thread.onSpinWait();
    }
    Thread freezer = new Thread(() -> freezeAllTheTime(hooks), "freezer");
    freezer.setDaemon(true);
    freezer.start();
    meanwhile.accept(vcpu);
    vcpu.join();
    over = true;
    freezer.join();
  }

  private static void whileOpenedAllTheTime(Runnable body) throws InterruptedException {
    Thread vcpu = vcpu(body);
    vcpu.start();
    while (vcpu.isAlive()) {
      vcpu.join(1);
      Gate.reset();
    }
    Gate.reset();
  }

  private static Thread vcpu(Runnable body) {
    Thread thread =
        new Thread(
            null,
            () -> {
              try {
                cell = Gate.cell(0);
                body.run();
              } catch (Throwable t) {
                failure = t;
              }
            },
            "vcpu",
            STACK_BYTES);
    thread.setDaemon(true);
    return thread;
  }

  private static void freezeAllTheTime(Hooks hooks) {
    try {
      while (!over) {
        hooks.vcpus().freeze(FREEZE);
        frozen = true;
        LockSupport.parkNanos(20_000);
        frozen = false;
        hooks.vcpus().thaw();
        freezes++;
        LockSupport.parkNanos(20_000);
      }
    } catch (Throwable t) {
      failure = t;
    }
  }

  /** Must have nothing that calls. */
  private static void quantum() {
    quanta++;
    if (cell.depth == 0) {
      unseen++;
    }
    if (frozen) {
      ranFrozen++;
    }
  }

  /** Gated at every level. */
  private static int again(int levels, int depth) {
    if (cell.depth != depth) {
      wrongDepth++;
    }
    if (frozen) {
      ranFrozen++;
    }
    int result = levels == 0 ? 0 : again(levels - 1, depth + 1) + 1;
    if (cell.depth != depth) {
      wrongDepth++;
    }
    return result;
  }

  /** A gated method that recovers from what goes wrong in one that it calls. */
  private static void outer(int levels) {
    try {
      down(levels);
    } catch (StackOverflowError e) {
      errors++;
    }
    if (cell.depth != 1) {
      wrongDepth++;
    }
    if (frozen) {
      ranFrozen++;
    }
  }

  private static void down(int levels) {
    if (levels == 0) {
      quantum();
    } else {
      down(levels - 1);
    }
  }

  /** Frames of another size, so that the stack ends elsewhere in those above. */
  private static long downWider(int levels, long a, long b, long c) {
    if (levels == 0) {
      quantum();
      return a;
    }
    return downWider(levels - 1, b, c, a) + 1;
  }

  private static void fathom(int level) {
    deepest = level;
    fathom(level + 1);
  }

  private static long fathomWider(int level, long a, long b, long c) {
    deepest = level;
    return fathomWider(level + 1, b, c, a) + 1;
  }

  private static int fathomAgain(int level) {
    deepest = level;
    return fathomAgain(level + 1) + 1;
  }

  /** Something that goes down so many levels. */
  private interface Descent {
    void to(int levels);
  }

  private static void overflow(int rounds) {
    for (int round = 0; round < rounds; round++) {
      descend(() -> fathom(0), GateBalance::down);
      descend(() -> fathomWider(0, 1, 2, 3), levels -> downWider(levels, 1, 2, 3));
      descend(() -> fathom(0), GateBalance::outer);
      // Each level of it takes much more stack, so its end is looked for from the beginning.
      descend(() -> again(1 << 30, 1), null);
      for (int levels = 1; levels < 1 << 12; levels += 1 + levels / 8) {
        int some = levels;
        attempt(() -> again(some, 1));
      }
    }
  }

  /** No stack for what must precede the first quantum: unlike a freeze, it cannot be waited for. */
  private static void first(int rounds) {
    for (int round = 0; round < rounds; round++) {
      descend(
          () -> fathom(0),
          levels -> {
            Gate.beforeFirst(() -> {});
            down(levels);
          });
    }
  }

  private static void descend(Runnable fathoming, Descent descent) {
    attempt(fathoming);
    for (int i = 0; descent != null && i < LEVELS; i++) {
      int levels = Math.max(0, deepest - LEVELS + i + 8);
      attempt(() -> descent.to(levels));
    }
  }

  private static void attempt(Runnable body) {
    try {
      body.run();
    } catch (StackOverflowError e) {
      errors++;
    }
    settled();
  }

  private static void settled() {
    if (cell.depth != 0) {
      wrongDepth++;
      cell.depth = 0;
    }
  }

  /** Threads that come to a gate for the first time, when there is no memory left. */
  private static void memory(int rounds) {
    late();
    for (int round = 0; round < rounds; round++) {
      full = false;
      Thread late = new Thread(GateBalance::comeLate);
      late.start();
      fill();
      full = true;
      while (late.isAlive()) {
        Thread.yield();
      }
      hoard = null;
    }
  }

  private static void comeLate() {
    while (!full) {
      Thread.yield();
    }
    try {
      late();
    } catch (OutOfMemoryError e) {
      errors++;
    }
  }

  private static void late() {
    quanta++;
  }

  /** A list of arrays, each of which has the next one. */
  private static void fill() {
    int length = 1 << 18;
    while (length > 0) {
      try {
        Object[] more = new Object[length];
        more[0] = hoard;
        hoard = more;
      } catch (OutOfMemoryError e) {
        length /= 2;
      }
    }
  }

  private static void runUntilOver() {
    while (!over) {
      try {
        while (!over) {
          outer(3);
        }
      } catch (ThreadDeath e) {
        // Its depth may be wrong: there is no handler yet at the end of the one for the enter, in
        // the interpreter. Freezes show whether that is found out.
        errors++;
      }
    }
  }

  private static void stop(Thread vcpu, int rounds) {
    Method stop;
    try {
      stop = Thread.class.getMethod("stop");
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException(e);
    }
    for (long before = -1; errors < rounds && failure == null; ) {
      if (errors != before) {
        before = errors;
        LockSupport.parkNanos(50_000 + before % 7 * 10_000);
        try {
          stop.invoke(vcpu);
        } catch (ReflectiveOperationException e) {
          throw new IllegalStateException(e);
        }
      }
      Thread.onSpinWait();
    }
    over = true;
  }
}
