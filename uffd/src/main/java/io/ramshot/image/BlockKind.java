package io.ramshot.image;

/** How a host obtained a block of guest RAM. */
public enum BlockKind {
  /** {@code ByteBuffer.allocateDirect}. */
  DIRECT(1),
  /** {@code Unsafe.allocateMemory}. */
  UNSAFE(2),
  /** An address and a length that an embedder vouches for. */
  ADDRESS(3);

  private final int code;

  BlockKind(int code) {
    this.code = code;
  }

  /** The number that stands for this kind in an image file (docs/FORMAT.md). */
  public int code() {
    return code;
  }

  /**
   * The kind behind a number from an image file.
   *
   * @throws IllegalArgumentException if no kind has this number
   */
  public static BlockKind of(int code) {
    for (BlockKind kind : values()) {
      if (kind.code == code) {
        return kind;
      }
    }
    throw new IllegalArgumentException("unknown block kind " + code);
  }
}
