package com.example;

/** A device that has no objects. */
public final class Clock {

  public static byte ticks = 7;

  private Clock() {}

  static byte[] save() {
    return new byte[] {ticks};
  }

  static void load(byte[] state) {
    ticks = state[0];
  }

  void loadOne(byte[] state) {
    load(state);
  }
}
