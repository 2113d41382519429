package io.ramshot.boot;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * What every vCPU thread passes at the start and the end of a quantum: open, or closed by a freeze
 * or by an action that must run before the first quantum.
 *
 * <p>All gated methods share one gate. A thread announces itself in its own {@link GateCell} with a
 * full fence and only then looks whether the gate is closed; whoever closes it does so with a full
 * fence and only then looks into the cells. So one of the two sees the other. The fence is most of
 * what an open gate costs.
 */
public final class Gate {

  /** How many gates there may be: bounds the array of calls seen. */
  public static final int MAX_GATES = 256;

  private static final int FROZEN = 1;
  private static final int BEFORE_FIRST = 2;

  /** A lost wake-up is not expected; should there be one, it costs this much, in ns. */
  private static final long PARK_NANOS = 100_000_000;

  private static final VarHandle CLOSED;
  private static final VarHandle DEPTH;
  private static final VarHandle FIRST;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      CLOSED = lookup.findStaticVarHandle(Gate.class, "closed", int.class);
      DEPTH = lookup.findVarHandle(GateCell.class, "depth", int.class);
      FIRST = lookup.findStaticVarHandle(Gate.class, "first", Runnable.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private static final boolean[] CALLED = new boolean[MAX_GATES];

  private static final Object CELLS_LOCK = new Object();

  /** Never changed in place. */
  private static volatile GateCell[] cells = {};

  private static final ThreadLocal<GateCell> CELL =
      new ThreadLocal<>() {
        @Override
        protected GateCell initialValue() {
          return newCell();
        }
      };

  /** The reasons for being closed; 0 is open. */
  private static volatile int closed;

  /** Who froze: may pass, and wants to be woken when a thread leaves. */
  private static volatile GateCell freezer;

  /** Whether any thread has come that did not come to freeze. */
  private static volatile boolean came;

  /** Not yet claimed by the thread that will run it. */
  private static volatile Runnable first;

  private static volatile GateCell firstRunner;

  private Gate() {}

  /**
   * Advice calls this first of all. Whatever it throws, nothing has been changed.
   *
   * @param gate less than {@link #MAX_GATES}
   * @return the calling thread's
   */
  public static GateCell cell(int gate) {
    GateCell cell = CELL.get();
    if (!CALLED[gate]) {
      CALLED[gate] = true;
    }
    if (cell.doubt != GateCell.NO_DOUBT) {
      if (cell.doubt == GateCell.NEW && cell != freezer) {
        came = true;
        cell.doubt = GateCell.NO_DOUBT;
      }
      while (cell.doubt == GateCell.SUSPECTED) {
        // Without a call, for there may be no stack for one: a look takes about a millisecond.
        continue;
      }
      if (cell.doubt == GateCell.OUTSIDE) {
        cell.depth = 0;
        cell.doubt = GateCell.NO_DOUBT;
      }
    }
    return cell;
  }

  /**
   * Advice calls this at the start of a quantum; it returns when the gate is open. If it throws
   * instead, the caller writes {@code depth} back, and lets the quantum not begin: a guest that
   * runs unseen could run in the middle of a freeze.
   *
   * @param depth what the cell's depth was
   */
  public static void enter(GateCell cell, int depth) {
    if (depth != 0) {
      DEPTH.setOpaque(cell, depth + 1);
      return;
    }
    DEPTH.setVolatile(cell, 1);
    if (closed != 0) {
      try {
        waitUntilOpen(cell);
      } catch (StackOverflowError e) {
        // There is no stack left to park in, but a freeze is short and can be waited for right
        // here, without a call. The guest would have run on, had nobody frozen it.
        cell.depth = 1;
        while (closed != 0 && cell != freezer && cell != firstRunner) {
          if (closed != FROZEN) {
            throw e;
          }
          cell.depth = 0;
          while (closed == FROZEN) {
            continue;
          }
          cell.depth = 1;
        }
      }
    }
  }

  /**
   * Advice calls this at the end of a quantum, however it ends. If it throws, the caller writes
   * {@code depth} back itself.
   *
   * @param depth what the cell's depth was when the quantum began; so an end that went wrong, or
   *     that a debugger left out, is made good by the end of the quantum around it
   */
  public static void exit(GateCell cell, int depth) {
    DEPTH.setRelease(cell, depth);
    if (depth == 0 && closed != 0) {
      wakeFreezer();
    }
  }

  private static void wakeFreezer() {
    GateCell cell = freezer;
    if (cell != null) {
      LockSupport.unpark(cell.thread());
    }
  }

  private static void waitUntilOpen(GateCell cell) {
    try {
      int reasons;
      while ((reasons = closed) != 0 && cell != freezer && cell != firstRunner) {
        // Still counted as inside, so that no freeze completes while the action runs.
        if (reasons == BEFORE_FIRST && runFirst(cell)) {
          continue;
        }
        DEPTH.setVolatile(cell, 0);
        wakeFreezer();
        cell.waiting = true;
        while (closed != 0 && !(closed == BEFORE_FIRST && first != null)) {
          LockSupport.parkNanos(Gate.class, PARK_NANOS);
          cell.interrupted |= Thread.interrupted();
        }
        cell.waiting = false;
        DEPTH.setVolatile(cell, 1);
      }
    } finally {
      if (cell.interrupted) {
        Thread.currentThread().interrupt();
        cell.interrupted = false;
      }
    }
  }

  private static boolean runFirst(GateCell me) {
    Runnable action = (Runnable) FIRST.getAndSet((Runnable) null);
    if (action == null) {
      return false;
    }
    firstRunner = me;
    try {
      action.run();
      open(BEFORE_FIRST);
    } catch (Throwable t) {
      // Whoever gave the action reports its failure. The gate stays closed, this thread waits too.
      return true;
    } finally {
      firstRunner = null;
    }
    return true;
  }

  /**
   * Closes the gate until the first thread that comes to it has run {@code action}. If that throws,
   * the gate stays closed for good: the guest must not run.
   */
  public static void beforeFirst(Runnable action) {
    first = action;
    CLOSED.getAndBitwiseOr(BEFORE_FIRST);
  }

  /** Whether the action before the first quantum is still to come, is running, or has failed. */
  public static boolean isBeforeFirst() {
    return (closed & BEFORE_FIRST) != 0;
  }

  /**
   * Closes the gate for everyone but the calling thread.
   *
   * @return false if it is frozen already
   */
  public static boolean freeze() {
    GateCell me = CELL.get();
    if (((int) CLOSED.getAndBitwiseOr(FROZEN) & FROZEN) != 0) {
      return false;
    }
    freezer = me;
    return true;
  }

  /** Opens the gate after {@link #freeze}; harmless if it is not frozen. Never blocks. */
  public static void thaw() {
    if ((closed & FROZEN) != 0) {
      freezer = null;
      open(FROZEN);
    }
  }

  private static void open(int reason) {
    CLOSED.getAndBitwiseAnd(~reason);
    for (GateCell cell : cells) {
      if (cell.waiting) {
        LockSupport.unpark(cell.thread());
      }
    }
  }

  /** A living thread inside a quantum that is not the freezing one, or null if there is none. */
  public static Thread inside() {
    for (GateCell cell : cells) {
      if (cell.isInside() && cell != freezer) {
        Thread thread = cell.thread();
        if (thread != null) {
          return thread;
        }
      }
    }
    return null;
  }

  /** Whether this thread is counted as inside a quantum. */
  public static boolean isInside(Thread thread) {
    for (GateCell cell : cells) {
      if (cell.isInside() && cell.thread() == thread) {
        return true;
      }
    }
    return false;
  }

  /**
   * Begins to doubt that a thread is inside: its end of a quantum may have been left out by a
   * debugger that had a method return, or by {@code Thread.stop}. Until it is judged, the thread
   * waits at the next gate, even inside a quantum.
   *
   * @return its cell, which the caller must have {@link GateCell#judge} called on; null if the
   *     thread is outside
   */
  public static GateCell suspect(Thread thread) {
    for (GateCell cell : cells) {
      if (cell.isInside() && cell.thread() == thread) {
        cell.doubt = GateCell.SUSPECTED;
        return cell;
      }
    }
    return null;
  }

  /** Whether any thread has come to this gate. */
  public static boolean called(int gate) {
    return CALLED[gate];
  }

  /** Whether any thread but a freezer has come to a gate. */
  public static boolean anyoneCame() {
    return came;
  }

  /** Living threads that have come to a gate, but in order to freeze. */
  public static List<Thread> threads() {
    List<Thread> threads = new ArrayList<>();
    for (GateCell cell : cells) {
      Thread thread = cell.thread();
      if (thread != null && cell.doubt != GateCell.NEW) {
        threads.add(thread);
      }
    }
    return threads;
  }

  /** Whether the calling thread runs the action before the first quantum: all others are held. */
  public static boolean isInFirst() {
    GateCell cell = firstRunner;
    return cell != null && cell.thread() == Thread.currentThread();
  }

  /**
   * Runs everything once that a thread may come to at a gate. What it needs of the JDK must not be
   * loaded, initialised or linked at the end of some thread's stack: a class whose initialiser
   * fails once is lost to the host for good.
   */
  public static void rehearse() {
    Thread me = Thread.currentThread();
    boolean interrupted = Thread.interrupted();
    GateCell cell = new GateCell(me);
    beforeFirst(
        new Runnable() {
          @Override
          public void run() {
            enter(cell, 1);
          }
        });
    enter(cell, 0);
    exit(cell, 0);
    freezer = cell;
    wakeFreezer();
    freezer = null;
    LockSupport.parkNanos(Gate.class, 1);
    me.interrupt();
    cell.interrupted = Thread.interrupted();
    if (interrupted) {
      me.interrupt();
    }
    cell(0);
    reset();
  }

  /** Opens the gate, whatever closed it, and forgets which gates were called, and whether any. */
  public static void reset() {
    first = null;
    freezer = null;
    open(FROZEN | BEFORE_FIRST);
    Arrays.fill(CALLED, false);
    for (GateCell cell : cells) {
      if (cell.depth == 0) {
        cell.doubt = GateCell.NEW;
      }
    }
    came = false;
  }

  private static GateCell newCell() {
    Thread me = Thread.currentThread();
    synchronized (CELLS_LOCK) {
      GateCell[] old = cells;
      GateCell[] living = new GateCell[old.length + 1];
      int count = 0;
      for (GateCell c : old) {
        Thread thread = c.thread();
        if (thread == me) {
          // Its thread locals were erased, or damaged by a stack overflow: two cells would be two
          // opinions of where it is.
          return c;
        }
        if (thread != null) {
          living[count++] = c;
        }
      }
      GateCell cell = new GateCell(me);
      living[count++] = cell;
      cells = Arrays.copyOf(living, count);
      return cell;
    }
  }
}
