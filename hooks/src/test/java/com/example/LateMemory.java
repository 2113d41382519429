package com.example;

/** Is loaded when a test wants it to be. */
public final class LateMemory {
  static byte[] ram = new byte[8192];

  private LateMemory() {}

  /** Has the class initialised. */
  public static byte[] ram() {
    return ram;
  }
}
