package io.ramshot.bench.figures;

/**
 * Guest speed over time around a snapshot, for the picture.
 *
 * @param bucketNanos length of a bucket, in ns
 * @param freezeNanos when the guest was frozen, in ns from the start of the first bucket
 * @param endNanos when the file was durable, in ns from the start of the first bucket
 * @param shares speed in each bucket as a share of the speed before
 */
public record SpeedTrace(long bucketNanos, long freezeNanos, long endNanos, double[] shares) {}
