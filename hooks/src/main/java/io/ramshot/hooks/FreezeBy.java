package io.ramshot.hooks;

import java.util.Locale;

/** What a freeze stops. */
public enum FreezeBy {
  /** vCPU threads, at gates; nobody where there is no gate. */
  GATES,

  /** Every Java thread of the host, wherever it is; after vCPU threads have come to their gates. */
  THREADS;

  static FreezeBy parse(String text) {
    for (FreezeBy by : values()) {
      if (by.toString().equals(text)) {
        return by;
      }
    }
    throw new IllegalArgumentException(
        "freeze=" + text + " is no way to freeze: write gates, or threads");
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
