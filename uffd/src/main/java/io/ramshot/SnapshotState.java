package io.ramshot;

/** The stages of a snapshot's life, in order. Exactly one of the last three ends it. */
public enum SnapshotState {
  /** Huge pages are collapsed, userfaultfd is negotiated, the temporary file is created. */
  PREPARING,
  /** Gates are closed; participants save, edges are copied, RAM is armed. */
  FREEZING,
  /** The guest runs; every page is saved as it was at the freeze. */
  SAVING,
  /** Nothing is protected any more; the file is completed, made durable and given its name. */
  SEALING,
  /** The file stands under its name. */
  COMPLETED,
  /** Something went wrong; there is no file, and the guest runs on. */
  FAILED,
  /** Somebody cancelled it; there is no file, and the guest runs on. */
  CANCELLED;

  /** Whether the snapshot is over. */
  public boolean ended() {
    return this == COMPLETED || this == FAILED || this == CANCELLED;
  }
}
