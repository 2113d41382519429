package io.ramshot;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Lets the vCPUs of one freeze run again, whoever finds that they must. {@link Vcpus#thaw} is the
 * host's code: for others than the thread that froze them, a thread of its own calls it, which
 * stands ready since before the freeze.
 */
final class Thaw {
  /** Counted, so that a process that was stopped has its time, too: 200 ms. */
  private static final int LOOKS = 200;

  private static final long PARK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private volatile Vcpus vcpus;
  private volatile String name;
  private final HostCall call = new HostCall();
  private final Thread thread = new Thread(this::serve, "ramshot-thaw");
  private volatile boolean ready;
  private volatile boolean frozen;
  private volatile boolean wanted;
  private volatile boolean done;
  private volatile boolean over;

  Thaw() {
    thread.setDaemon(true);
  }

  /** The call that its own thread is in. */
  HostCall call() {
    return call;
  }

  /** Long before the freeze, so that nobody has to wait for it then. */
  void start() {
    thread.start();
  }

  /** Before the freeze: the thread stands ready. */
  void requireReady() {
    while (!ready && thread.isAlive()) {
      LockSupport.parkNanos(POLL_NANOS);
    }
    if (!ready) {
      throw new IllegalStateException("the thread that thaws has ended");
    }
  }

  private void serve() {
    ready = true;
    while (!wanted && !over) {
      LockSupport.parkNanos(this, PARK_NANOS);
    }
    if (wanted) {
      thaw(call);
    }
  }

  /** From here on these vCPUs may be frozen. */
  void begin(Vcpus freezing, String itsName) {
    vcpus = freezing;
    name = itsName;
    frozen = true;
  }

  /**
   * By the thread that froze. Harmless when it has been done.
   *
   * @param ofThread the calls of that thread
   */
  void run(HostCall ofThread) {
    if (frozen && !done) {
      thaw(ofThread);
    }
  }

  private void thaw(HostCall ofThread) {
    ofThread.enter(vcpus, name, HostCall.Kind.THAW);
    try {
      /* Asked only now: the next snapshot begins once it sees neither this call nor one to come. */
      if (!done) {
        vcpus.thaw();
        done = true;
      }
    } finally {
      ofThread.leave();
    }
  }

  /**
   * By another thread: must work while the host's threads are suspended, whatever locks they hold
   * and however full the heap is, so it loads no class and allocates nothing.
   *
   * @return false if the vCPUs' code did not return in time
   */
  boolean force() {
    if (!frozen || done) {
      return true;
    }
    /* On behalf of its own thread: a call that is still to come is under way for everybody else. */
    call.enter(vcpus, name, HostCall.Kind.THAW);
    wanted = true;
    LockSupport.unpark(thread);
    for (int i = 0; i < LOOKS && !done && thread.isAlive(); i++) {
      LockSupport.parkNanos(this, POLL_NANOS);
    }
    if (!thread.isAlive()) {
      thaw(call); /* if it failed once already */
    }
    if (done) {
      call.leave();
    }
    return done;
  }

  /** Lets the thread go. */
  void close() {
    over = true;
    LockSupport.unpark(thread);
  }
}
