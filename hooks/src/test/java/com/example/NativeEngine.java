package com.example;

/** An engine whose methods are native: C code maps guest RAM, runs and stops. */
public final class NativeEngine {

  static {
    System.load(System.getProperty("ramshot.test.engine"));
  }

  public native void map(long address, long size, Object... flags);

  /** Bound by RegisterNatives. */
  public static synchronized native int run(long quanta, double scale, int[] more);

  private native String stop(boolean now);

  public String stopNow() {
    return stop(true);
  }
}
