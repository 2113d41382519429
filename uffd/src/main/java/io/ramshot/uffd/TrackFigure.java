package io.ramshot.uffd;

/** A number that tracking keeps up to date: {@code enum rs_track_figure} in rs_track.h. */
public enum TrackFigure {
  /** Rounds of copying what was written since, the freeze's not counted. */
  ROUNDS,
  /** Pages in all. */
  PAGES,
  /** Pages copied while the guest ran, each time counted. */
  PAGES_COPIED,
  /** Pages that the guest wrote during the last round. */
  PAGES_WRITTEN,
  /** Pages copied during the freeze, or that would have had to be. */
  PAGES_FROZEN,
  /** The most pages that can be copied during the freeze. */
  PAGES_STAGING,
  /** Copying while the guest ran, in ns. */
  COPY_NS,
  /** The last round, in ns. */
  ROUND_NS,
  /** Finding and copying during the freeze, in ns. */
  FREEZE_NS,
  /** Page data given to the file, in bytes. */
  BYTES_FILE,
  /** Grows as long as there is progress, in bytes. */
  BYTES_MOVED;

  /** Where it stands behind the pointer to the figures, in bytes. */
  long offset() {
    return 8L * ordinal();
  }
}
