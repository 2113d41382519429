package io.ramshot.uffd;

import java.util.ArrayList;
import java.util.List;

/**
 * Suspends the Java threads of the host at one instant, through JVMTI: all but the calling one,
 * those whose name begins with {@code ramshot-}, and the JVM's own (finalizers, cleaners, attach,
 * JMX). Virtual threads too, from JDK 21.
 *
 * <p>A suspended thread may hold any lock, be it a monitor or one inside a library. So whoever runs
 * between {@link #suspend} and {@link #resume} must take none that the host may hold, and use no
 * class for the first time. Nothing here is native code's concern: a thread that is inside native
 * code runs on until it returns to Java, see {@link #strays}.
 *
 * <p>One user at a time: {@link #suspend}, {@link #strays} and {@link #leave} belong to one thread.
 */
public final class HostThreads {
  private static final int EAGAIN = 11;
  private static final int E2BIG = 7;
  private static final int EBUSY = 16;
  private static final int ETIMEDOUT = 110;

  /**
   * A thread that ran native code while the others were suspended.
   *
   * @param method where it was, with its class
   */
  public record Stray(Thread thread, String method) {}

  private HostThreads() {}

  /**
   * Gets ready, once for the life of the JVM; harmless again.
   *
   * @return whether virtual threads, should there be any, are suspended too
   * @throws EngineException if this JVM cannot suspend threads for ramshot
   */
  public static boolean open() throws EngineException {
    Engine.load();
    int result;
    try {
      result = prepare();
      /* Now, for their native code is looked up by Java code at the first call. */
      release();
    } catch (UnsatisfiedLinkError e) {
      throw new EngineException(
          "threads cannot be suspended, because another class loader of this JVM has the native"
              + " library",
          e);
    }
    if (result == -EBUSY) {
      throw new EngineException(
          "threads cannot be suspended, because a debugger or another agent has taken this JVM's"
              + " only right to do so (JVMTI's can_suspend): start it without that, or give gate=");
    }
    if (result < 0) {
      throw new EngineException(
          "threads cannot be suspended, because this JVM has no JVMTI ("
              + Engine.rs_error_text(-result)
              + "): give gate=");
    }
    return result != 0;
  }

  /**
   * Returns when every thread of the host is suspended; until {@link #resume}.
   *
   * @return how many threads, without virtual ones
   * @throws EngineException if that cannot be had, or {@link #resume} was called meanwhile; nobody
   *     is suspended then
   */
  public static int suspend() throws EngineException {
    int result = hold();
    if (result >= 0) {
      return result;
    }
    throw new EngineException(
        switch (-result) {
          case EAGAIN ->
              "the host starts threads faster than they can be suspended: start the snapshot once"
                  + " more, or give gate=";
          case E2BIG -> "the host has too many threads to suspend: give gate=";
          case EBUSY ->
              "the host's threads are being suspended for another snapshot: start this one once"
                  + " more";
          case ETIMEDOUT ->
              "the host's threads could not be suspended in time: raise freeze.timeout=";
          default ->
              "the JVM did not suspend the host's threads ("
                  + Engine.rs_error_text(-result)
                  + "): start the snapshot once more, or give gate=";
        });
  }

  /**
   * Lets all run again; by any thread, and harmless when nobody is suspended. Takes no lock of
   * Java's and allocates nothing.
   *
   * @return how many {@link #strays} there were
   */
  public static int resume() {
    return release();
  }

  /** Who ran native code between {@link #suspend} and {@link #resume}; before {@link #leave}. */
  public static List<Stray> strays() {
    List<Stray> strays = new ArrayList<>();
    Object[] found = strayed();
    for (int i = 0; found != null && i < found.length && found[i] != null; i += 3) {
      Class<?> type = (Class<?>) found[i + 2];
      strays.add(new Stray((Thread) found[i], type.getName() + "." + found[i + 1]));
    }
    return strays;
  }

  /**
   * Forgets who was suspended, after {@link #resume}; only by the thread that suspended. Should it
   * never come to that, the next {@link #suspend} does it.
   */
  public static void leave() {
    leave0();
  }

  /* rs_threads.c */

  private static native int prepare();

  private static native int hold();

  private static native int release();

  private static native void leave0();

  private static native Object[] strayed();
}
