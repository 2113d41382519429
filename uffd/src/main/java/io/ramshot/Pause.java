package io.ramshot;

/**
 * The freeze of one snapshot, in parts.
 *
 * @param gateNanos waiting for the vCPUs to reach their quantum boundary, in ns
 * @param stateNanos participants saving their state, in ns
 * @param copyNanos copying RAM that is not write-protected: pieces on the heap, and what a guest
 *     wrote last to files mapped from an ordinary file system, in ns
 * @param edgesNanos copying edge pages and small blocks, in ns
 * @param scanNanos finding the populated pages, in ns
 * @param armNanos write-protecting, in ns
 * @param totalNanos from the call that freezes to the call that thaws, in ns: the sum of the parts
 *     and of {@link #otherNanos}
 */
public record Pause(
    long gateNanos,
    long stateNanos,
    long copyNanos,
    long edgesNanos,
    long scanNanos,
    long armNanos,
    long totalNanos) {

  /** What the parts leave out: finding arrays, telling threads, thawing; in ns. */
  public long otherNanos() {
    return totalNanos - gateNanos - stateNanos - copyNanos - edgesNanos - scanNanos - armNanos;
  }
}
