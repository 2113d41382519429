package io.ramshot.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * One section of the metadata.
 *
 * @param type four letters
 * @param payloadOffset in the file, in bytes
 * @param payloadLength in bytes, without padding
 * @param payloadCrc CRC-32C of the payload
 */
record Section(String type, long payloadOffset, long payloadLength, int payloadCrc) {
  static final int HEADER_LENGTH = 24;

  static final String PRODUCT = "PROD";
  static final String PARENT = "PRNT";
  static final String BLOCKS = "BLKS";
  static final String PAGES = "PAGE";
  static final String SHAPE = "SHAP";
  static final String STATES = "STAT";
  static final String FIGURES = "INFO";

  static final int TYPE_AT = 0;
  static final int PAYLOAD_CRC_AT = 4;
  static final int PAYLOAD_LENGTH_AT = 8;
  static final int RESERVED_AT = 16;
  static final int CRC_AT = 20;

  /** Zeros that follow so many bytes up to the next multiple of eight. */
  static int padding(long length) {
    return (int) (-length & 7);
  }

  /** A reader that does not know the section may pass over it. */
  boolean isOptional() {
    char first = type.charAt(0);
    return first >= 'a' && first <= 'z';
  }

  ByteBuffer encodeHeader() {
    ByteBuffer bytes = ByteBuffer.allocate(HEADER_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < 4; i++) {
      bytes.put(TYPE_AT + i, (byte) type.charAt(i));
    }
    bytes.putInt(PAYLOAD_CRC_AT, payloadCrc);
    bytes.putLong(PAYLOAD_LENGTH_AT, payloadLength);
    bytes.putInt(CRC_AT, new Checksum().of(bytes, 0, CRC_AT));
    return bytes;
  }
}
