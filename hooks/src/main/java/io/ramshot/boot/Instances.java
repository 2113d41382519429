package io.ramshot.boot;

/** Where host objects that ramshot wants to know are constructed. */
public final class Instances {

  /** Told of objects, by the thread that constructs them. */
  public interface Sink {

    /**
     * @param hook which hooked class this is
     * @param instance its constructor is about to return; a constructor that calls another of its
     *     class makes two calls
     */
    void constructed(int hook, Object instance);
  }

  private static volatile Sink sink;

  private Instances() {}

  /**
   * @param newSink null for none
   */
  public static void sink(Sink newSink) {
    sink = newSink;
  }

  /** Advice calls this at the end of every constructor of a hooked class. */
  public static void constructed(int hook, Object instance) {
    Sink s = sink;
    if (s != null) {
      s.constructed(hook, instance);
    }
  }
}
