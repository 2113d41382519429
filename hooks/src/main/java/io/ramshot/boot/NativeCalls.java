package io.ramshot.boot;

/** Where the host calls methods that map and unmap memory in native code. */
public final class NativeCalls {

  /** Told of calls, by the thread that makes them. */
  public interface Sink {

    /**
     * Before the method runs; may wait until it is safe that memory is unmapped.
     *
     * @param hook which configured method this is
     * @param arguments boxed
     * @return a token for {@link #left}, or null
     */
    Object entering(int hook, Object[] arguments);

    /**
     * After the method has run, however it ended.
     *
     * @param result boxed; null if it returns nothing or has thrown
     * @param thrown whether it has thrown
     */
    void left(int hook, Object token, Object result, boolean thrown);
  }

  private static volatile Sink sink;

  private NativeCalls() {}

  /**
   * @param newSink null for none
   */
  public static void sink(Sink newSink) {
    sink = newSink;
  }

  /** Advice calls this at the beginning of each configured method. */
  public static Object entering(int hook, Object[] arguments) {
    Sink s = sink;
    return s == null ? null : s.entering(hook, arguments);
  }

  /** Advice calls this at the end of each configured method. */
  public static void left(int hook, Object token, Object result, boolean thrown) {
    Sink s = sink;
    if (s != null) {
      s.left(hook, token, result, thrown);
    }
  }
}
