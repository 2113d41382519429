package io.ramshot.bench.cell;

import java.util.Locale;

/** What guest threads do with their RAM. */
public enum Workload {
  /** Adds one to a byte in every page, in order, for ever. */
  SEQUENTIAL,
  /** The same to pages drawn uniformly. */
  RANDOM,
  /** The same to pages drawn by a Zipf law of exponent 0.99, scattered over RAM. */
  ZIPF,
  /** Looks at pages drawn uniformly, and writes to one in a hundred. */
  READ_MOSTLY,
  /** Sleeps, and writes a byte a thousand times a second. */
  IDLE;

  /** The name in tables and files, like {@code read-mostly}. */
  public String key() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
