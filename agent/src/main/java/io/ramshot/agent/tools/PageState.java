package io.ramshot.agent.tools;

/** What became of a page between two images. */
public enum PageState {
  /** Zero in both. */
  ZERO,
  /** The same in both, and not zero. */
  SAME,
  /** Not zero in either, and not the same. */
  CHANGED,
  /** Zero in the first image only. */
  WAS_ZERO,
  /** Zero in the second image only. */
  NOW_ZERO,
  /** Beyond the block's end in the second image. */
  ONLY_A,
  /** Beyond the block's end in the first image. */
  ONLY_B;

  private static final PageState[] VALUES = values();

  static PageState of(byte ordinal) {
    return VALUES[ordinal];
  }

  /** Whether both images have the page, with different bytes. */
  public boolean isChange() {
    return this == CHANGED || this == WAS_ZERO || this == NOW_ZERO;
  }
}
