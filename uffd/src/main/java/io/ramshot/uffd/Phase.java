package io.ramshot.uffd;

/** Where a capture is: {@code enum rs_phase} in rs_snapshot.h. */
public enum Phase {
  /** The threads run, nothing is protected. */
  PREPARED,
  /** RAM is protected and pages are being saved. */
  ARMED,
  /** Every page is in the file, nothing is protected. */
  DONE,
  /** Nothing is protected; {@link Capture#failure} says why. */
  FAILED,
  /** Nothing is protected. */
  CANCELLED;

  /** Whether it is over. */
  public boolean ended() {
    return this != PREPARED && this != ARMED;
  }

  private static final Phase[] VALUES = values();

  static Phase of(long code) {
    return VALUES[(int) code];
  }
}
