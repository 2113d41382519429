package io.ramshot;

/**
 * The freeze of one snapshot, in parts.
 *
 * @param gateNanos waiting for the vCPUs to reach their quantum boundary, in ns
 * @param stateNanos participants saving their state, in ns
 * @param copyNanos copying RAM that is not write-protected: pieces on the heap, in ns
 * @param edgesNanos copying edge pages and small blocks, in ns
 * @param scanNanos finding the populated pages, in ns
 * @param armNanos write-protecting, in ns
 * @param totalNanos from the call that freezes to the call that thaws, in ns; it also holds what
 *     the parts leave out
 */
public record Pause(
    long gateNanos,
    long stateNanos,
    long copyNanos,
    long edgesNanos,
    long scanNanos,
    long armNanos,
    long totalNanos) {}
