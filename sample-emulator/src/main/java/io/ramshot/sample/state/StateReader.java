package io.ramshot.sample.state;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** Takes apart what {@link StateWriter} built, and trusts none of it before it is checked. */
public final class StateReader {

  private final ByteBuffer payload;

  /**
   * @throws BadStateException if {@code state} is not a whole, undamaged state of this version
   */
  public StateReader(byte[] state) {
    if (state.length < StateWriter.HEADER) {
      throw new BadStateException(
          "%d bytes are too few for its %d-byte header"
              .formatted(state.length, StateWriter.HEADER));
    }
    ByteBuffer all = ByteBuffer.wrap(state);
    int magic = all.getInt();
    if (magic != StateWriter.MAGIC) {
      throw new BadStateException(
          "it starts with 0x%08x instead of 0x%08x".formatted(magic, StateWriter.MAGIC));
    }
    int version = all.getInt();
    if (version != StateWriter.VERSION) {
      throw new BadStateException(
          "it has version %d, this machine reads version %d"
              .formatted(version, StateWriter.VERSION));
    }
    int length = all.getInt();
    int checksum = all.getInt();
    if (length != all.remaining()) {
      throw new BadStateException(
          "its header announces %d bytes, %d follow".formatted(length, all.remaining()));
    }
    CRC32C crc = new CRC32C();
    crc.update(all.duplicate());
    if ((int) crc.getValue() != checksum) {
      throw new BadStateException("its checksum does not match its contents");
    }
    payload = all.slice();
  }

  public boolean getBoolean() {
    need(1);
    return payload.get() != 0;
  }

  public int getInt() {
    need(Integer.BYTES);
    return payload.getInt();
  }

  public long getLong() {
    need(Long.BYTES);
    return payload.getLong();
  }

  /** Fills all of {@code target}. */
  public void getLongs(long[] target) {
    for (int i = 0; i < target.length; i++) {
      target[i] = getLong();
    }
  }

  /** Reads a length and that many bytes. */
  public byte[] getBytes() {
    int length = getInt();
    if (length < 0) {
      throw new BadStateException("a field announces " + length + " bytes");
    }
    need(length);
    byte[] bytes = new byte[length];
    payload.get(bytes);
    return bytes;
  }

  /**
   * @throws BadStateException if anything is left to read
   */
  public void end() {
    if (payload.hasRemaining()) {
      throw new BadStateException(payload.remaining() + " bytes follow its last field");
    }
  }

  private void need(int bytes) {
    if (payload.remaining() < bytes) {
      throw new BadStateException(
          "a field needs %d bytes, %d are left".formatted(bytes, payload.remaining()));
    }
  }
}
