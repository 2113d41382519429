package io.ramshot.image;

import java.nio.ByteBuffer;

/** A block's memory, to be filled from an image. Offsets count from the block's first byte. */
public interface Memory {

  /**
   * A view of part of the block, to be written right away.
   *
   * @param offset in bytes
   * @param length in bytes, at most 4 MiB
   * @return position 0, limit {@code length}; a direct buffer, or every byte is copied twice
   */
  ByteBuffer slice(long offset, int length);

  /**
   * Told once a slice has been filled and its content checked: memory that has no view of its own
   * takes the bytes from there. Nothing by default.
   *
   * @param offset of the slice, in bytes
   * @param bytes what {@link #slice} returned; position and limit say how much
   */
  default void filled(long offset, ByteBuffer bytes) {}

  /**
   * Makes part of the block read as zeros. Pages that are not populated should stay so.
   *
   * @param offset in bytes
   * @param length in bytes, as long as the run of zero pages is
   */
  void zero(long offset, long length);
}
