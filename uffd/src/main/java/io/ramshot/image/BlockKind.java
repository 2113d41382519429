package io.ramshot.image;

/** How a host obtained a block of guest RAM. */
public enum BlockKind {
  /** {@code ByteBuffer.allocateDirect}. */
  DIRECT(1),
  /** {@code Unsafe.allocateMemory}. */
  UNSAFE(2),
  /** An address and a length that an embedder vouches for. */
  ADDRESS(3),
  /** One primitive array on the Java heap. */
  HEAP(4),
  /** An array of primitive arrays on the Java heap; the image has its {@link Shape}. */
  HEAP_PIECES(5),
  /** A {@code java.lang.foreign.MemorySegment}. */
  SEGMENT(6),
  /** {@code FileChannel.map}. */
  MAPPED(7),
  /** Memory that native code mapped or allocated. */
  NATIVE(8);

  private final int code;

  BlockKind(int code) {
    this.code = code;
  }

  /** Whether it is on the Java heap, where memory has no address to rely on. */
  public boolean onHeap() {
    return this == HEAP || this == HEAP_PIECES;
  }

  /**
   * Whether the memory may be unmapped, cut off or given back to the system without ramshot being
   * asked first.
   */
  public boolean fragile() {
    return onHeap() || this == MAPPED || this == NATIVE;
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
