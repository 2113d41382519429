package io.ramshot.image;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** CRC-32C (Castagnoli) of parts of a buffer, whatever its position. Not for several threads. */
final class Checksum {
  private final CRC32C crc = new CRC32C();

  /**
   * @param from index of the first byte
   * @param length in bytes
   */
  int of(ByteBuffer bytes, int from, int length) {
    crc.reset();
    add(bytes, from, length);
    return value();
  }

  void add(ByteBuffer bytes, int from, int length) {
    // The JVM's intrinsic wants a buffer on its own; a view costs next to nothing beside 4 KiB.
    ByteBuffer view = bytes.duplicate();
    view.limit(from + length).position(from);
    crc.update(view);
  }

  void reset() {
    crc.reset();
  }

  int value() {
    return (int) crc.getValue();
  }
}
