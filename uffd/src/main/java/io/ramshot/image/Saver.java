package io.ramshot.image;

/** Who saved a chunk, and so why it was saved just then. */
public enum Saver {
  /** Nobody: nothing was there at the freeze. */
  NOBODY(0),
  /** The bulk thread, when the pass over RAM came to it. */
  BULK(1),
  /** The bulk thread, which copied it before the guest came to wait for it. */
  AHEAD(2),
  /** Either thread, because a guest thread wanted to write to it and waited. */
  FAULT(3),
  /** Copied in the freeze: a small block, a block's end within a page, pieces on the heap. */
  FREEZE(4),
  /** Copied while the guest ran, and what it wrote meanwhile again. */
  TRACKING(5);

  private final byte code;

  Saver(int code) {
    this.code = (byte) code;
  }

  /** The number that stands for it in an image file (docs/FORMAT.md). */
  public byte code() {
    return code;
  }

  /**
   * @throws IllegalArgumentException if there is no such number
   */
  public static Saver of(int code) {
    for (Saver saver : values()) {
      if (saver.code == code) {
        return saver;
      }
    }
    throw new IllegalArgumentException("no saver has the number " + code);
  }
}
