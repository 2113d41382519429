package io.ramshot.sample.state;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Builds the saved state of a machine.
 *
 * <p>Layout, big-endian: magic (4 bytes), version (4), payload length in bytes (4), CRC-32C of the
 * payload (4), payload.
 */
public final class StateWriter {

  /** "RvBd" in ASCII. */
  static final int MAGIC = 0x52764264;

  /** Raised whenever a field is added, removed or changes its meaning. */
  static final int VERSION = 1;

  /** Bytes before the payload. */
  static final int HEADER = 16;

  private final ByteArrayOutputStream payload = new ByteArrayOutputStream(2048);

  public void putBoolean(boolean value) {
    payload.write(value ? 1 : 0);
  }

  public void putInt(int value) {
    payload.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(value).array());
  }

  public void putLong(long value) {
    payload.writeBytes(ByteBuffer.allocate(Long.BYTES).putLong(value).array());
  }

  /** Writes all elements; the reader knows how many there are. */
  public void putLongs(long[] values) {
    for (long value : values) {
      putLong(value);
    }
  }

  /** Writes a length and that many bytes. */
  public void putBytes(byte[] bytes) {
    putInt(bytes.length);
    payload.writeBytes(bytes);
  }

  /** Returns header and payload. */
  public byte[] toByteArray() {
    byte[] body = payload.toByteArray();
    CRC32C crc = new CRC32C();
    crc.update(body);
    return ByteBuffer.allocate(HEADER + body.length)
        .putInt(MAGIC)
        .putInt(VERSION)
        .putInt(body.length)
        .putInt((int) crc.getValue())
        .put(body)
        .array();
  }
}
