package io.ramshot.image;

/** Where the bytes of an image page are. */
public enum PageKind {
  /** All zero, or never populated; the file has a hole there. */
  ZERO(0),
  /** In the file, at the page's own offset. */
  STORED(1),
  /** The same page of the same block of the parent has them. */
  INHERITED(2);

  private final byte code;

  PageKind(int code) {
    this.code = (byte) code;
  }

  /** The number that stands for this kind in an image file (docs/FORMAT.md). */
  public byte code() {
    return code;
  }
}
