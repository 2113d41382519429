package io.ramshot.boot;

/**
 * What the host did when there was no stack or no memory left to take account of it. Advice writes
 * it without a call, where one has thrown.
 */
public final class Missed {

  /** Length of the newest memory that may be guest RAM and is not known; 0 for none. */
  public static volatile long bytes;

  /** Whether a call of a method that maps guest RAM, or unmaps it, was not seen. */
  public static volatile boolean call;

  /** Whether an object that has state or guest RAM is not known. */
  public static volatile boolean object;

  private Missed() {}

  /** Forgets it all. */
  public static void reset() {
    bytes = 0;
    call = false;
    object = false;
  }
}
