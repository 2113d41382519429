package io.ramshot.uffd;

/** A number that a lazy restore keeps up to date: {@code enum rs_lazy_figure} in rs_lazy.h. */
public enum LazyFigure {
  PHASE,
  /** Content in the image for the blocks that are restored lazily, in bytes. */
  BYTES_STORED,
  /** Of these, how much is in RAM, or was given away by the guest. */
  BYTES_BROUGHT,
  /** Of these, how much came because a guest thread touched it or what is beside it. */
  BYTES_FAULTED,
  /** Chunks in all. */
  CHUNKS,
  CHUNKS_PLACED,
  /** Chunks that became the guest's as they were read, without a copy. */
  CHUNKS_MOVED,
  /** Missing pages that were touched. */
  FAULTS,
  /** Pages that are zeros because the image's were damaged. */
  DAMAGED,
  /** When pages began to be missing, by System.nanoTime. */
  START_NS,
  /** When all were there, by System.nanoTime; 0: not yet. */
  END_NS;

  /** Where it stands behind the pointer to the figures, in bytes. */
  long offset() {
    return 8L * ordinal();
  }
}
