package io.ramshot.uffd;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;

/**
 * Tells the engine to give up while it still prepares, when there is no capture yet to cancel. Must
 * live for as long as the engine prepares.
 */
public final class GiveUp {
  private volatile boolean said;

  /** What the engine looks at; null until it begins. */
  private volatile Memory word;

  /** From any thread; for good. */
  public void say() {
    said = true;
    Memory known = word;
    if (known != null) {
      known.setLong(0, 1);
    }
  }

  /** Once the engine's library has been loaded. */
  long address() {
    Memory made = new Memory(Long.BYTES);
    made.setLong(0, 0);
    word = made;
    if (said) {
      made.setLong(0, 1);
    }
    return Pointer.nativeValue(made);
  }
}
