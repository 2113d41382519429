package io.ramshot;

/**
 * How long guest threads waited for pages, from the engine's own histogram: each figure is the
 * upper bound of its bucket, at most 1/16 above the true value.
 *
 * @param count stalls counted
 * @param p50Nanos median, in ns
 * @param p99Nanos 99th percentile, in ns
 * @param p999Nanos 99.9th percentile, in ns
 * @param maxNanos longest, in ns, exact
 */
public record Stalls(long count, long p50Nanos, long p99Nanos, long p999Nanos, long maxNanos) {}
