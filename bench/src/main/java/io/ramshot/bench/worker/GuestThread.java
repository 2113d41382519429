package io.ramshot.bench.worker;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** One vCPU: quantum after quantum, with a look at the clock after each. */
final class GuestThread extends Thread {
  private static final VarHandle COUNT;

  static {
    try {
      COUNT = MethodHandles.lookup().findVarHandle(GuestThread.class, "count", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Gate gate;
  private final Gate.Place place;
  private final Accesses accesses;
  private volatile Span span;
  private volatile boolean stop;

  /** Page accesses so far. */
  @SuppressWarnings("unused") // through COUNT
  private long count;

  GuestThread(Gate gate, Accesses accesses, Span first, int number) {
    super("guest-" + number);
    this.gate = gate;
    this.place = gate.place();
    this.accesses = accesses;
    this.span = first;
    setDaemon(true);
  }

  @Override
  public void run() {
    long done = 0;
    long last = System.nanoTime();
    while (!stop) {
      if (accesses.rest()) {
        last = System.nanoTime();
      }
      gate.enter(place);
      int more = accesses.quantum();
      gate.leave(place);
      long now = System.nanoTime();
      span.note(now, now - last, more);
      last = now;
      done += more;
      COUNT.setOpaque(this, done);
    }
  }

  /** Page accesses so far. */
  long count() {
    return (long) COUNT.getOpaque(this);
  }

  /** Notes go there from now on. Returns where they went so far. */
  Span turn(Span next) {
    Span before = span;
    span = next;
    return before;
  }

  void end() {
    stop = true;
  }
}
