package io.ramshot.image;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A seek table in the making: 12 bytes a frame, that is a MiB for 87 GiB. */
final class SeekTableWriter {
  private final ByteArrayOutputStream entries = new ByteArrayOutputStream();
  private int count;

  /**
   * @param frame as it will stand in the file, from position to limit, with the checksum of its
   *     content at its end
   * @param contentLength in bytes
   */
  void add(ByteBuffer frame, int contentLength) {
    ByteBuffer entry = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
    entry.putInt(frame.remaining()).putInt(contentLength);
    entry.put(8, frame, frame.limit() - Integer.BYTES, Integer.BYTES);
    entries.write(entry.array(), 0, entry.capacity());
    count++;
  }

  /** The whole table, a frame that decompressors skip. */
  ByteBuffer encode() {
    int length = entries.size() + SeekTable.FOOTER_LENGTH;
    return ByteBuffer.allocate(SeekTable.HEADER_LENGTH + length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(SeekTable.SKIPPABLE_MAGIC)
        .putInt(length)
        .put(entries.toByteArray())
        .putInt(count)
        .put((byte) SeekTable.CHECKSUM_FLAG)
        .putInt(SeekTable.MAGIC)
        .flip();
  }
}
