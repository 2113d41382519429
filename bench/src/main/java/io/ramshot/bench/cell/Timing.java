package io.ramshot.bench.cell;

/**
 * How long the guest's speed is measured around each snapshot.
 *
 * @param beforeMillis right before it, in ms
 * @param afterMillis right after it, in ms
 * @param traceMillis length of a bucket of the guest's speed over time, in ms
 */
public record Timing(int beforeMillis, int afterMillis, int traceMillis) {}
