package io.ramshot;

import java.util.List;

/**
 * How far a restore is. Figures are exact once it is complete.
 *
 * @param lazy whether any of RAM came, or comes, after the guest went on
 * @param complete whether all of it is there, and nothing is left to do
 * @param totalBytes content in the image for the blocks that are restored lazily, in bytes; zeros
 *     count for nothing
 * @param presentBytes how much of it is in RAM, in bytes
 * @param faultBytes how much of it came because a guest thread touched it or what is beside it
 * @param faults missing pages that guest threads touched
 * @param stalls how long they waited
 * @param chunks chunks in all
 * @param chunksMoved chunks that became the guest's as they were read, without a copy
 * @param damagedPages pages that are zeros because the image's were damaged
 * @param nanos since RAM began to be missing, until it was all there, in ns
 * @param eager blocks that were read before the guest went on, each with why; empty unless asked to
 *     be lazy
 */
public record RestoreStatus(
    boolean lazy,
    boolean complete,
    long totalBytes,
    long presentBytes,
    long faultBytes,
    long faults,
    Stalls stalls,
    long chunks,
    long chunksMoved,
    long damagedPages,
    long nanos,
    List<String> eager) {

  public RestoreStatus {
    eager = List.copyOf(eager);
  }
}
