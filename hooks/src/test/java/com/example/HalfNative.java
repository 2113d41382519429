package com.example;

/** A machine that is half native. */
public class HalfNative extends HalfNativeBase {

  /** What knows nothing of native code. */
  public static class Timer extends HalfNative {
    public long counter;
  }

  public long handle;
  public int descriptor;
  public long[] registers = new long[2];

  public native void run();
}
