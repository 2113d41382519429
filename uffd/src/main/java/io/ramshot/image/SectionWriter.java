package io.ramshot.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;

/** Writes sections one after the other, without ever holding a whole one. */
final class SectionWriter {
  /** The JDK copies heap buffers to a direct one of the same size, which it keeps: stay small. */
  private static final int STEP = 1 << 20;

  private final FileChannel channel;
  private final ByteBuffer scratch = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
  private final Checksum payloadChecksum = new Checksum();
  private final Checksum headersChecksum = new Checksum();
  private long position;
  private int count;

  private String type;
  private long payloadStart;

  /**
   * @param position where the first section goes, in bytes
   */
  SectionWriter(FileChannel channel, long position) {
    this.channel = channel;
    this.position = position;
  }

  void begin(String newType) {
    type = newType;
    payloadChecksum.reset();
    position += Section.HEADER_LENGTH;
    payloadStart = position;
  }

  void end() throws IOException {
    Section section =
        new Section(type, payloadStart, position - payloadStart, payloadChecksum.value());
    ByteBuffer header = section.encodeHeader();
    headersChecksum.add(header, 0, Section.CRC_AT);
    writeFully(channel, header, payloadStart - Section.HEADER_LENGTH);
    ByteBuffer padding = ByteBuffer.allocate(Section.padding(section.payloadLength()));
    position = writeFully(channel, padding, position);
    count++;
  }

  void u16(int value) throws IOException {
    scratch.clear().putShort((short) value);
    bytes(scratch.flip());
  }

  void u32(int value) throws IOException {
    scratch.clear().putInt(value);
    bytes(scratch.flip());
  }

  void u64(long value) throws IOException {
    scratch.clear().putLong(value);
    bytes(scratch.flip());
  }

  void text(String what, String text) throws IOException {
    byte[] encoded = Text.encode(what, text);
    u16(encoded.length);
    bytes(ByteBuffer.wrap(encoded));
  }

  void pad() throws IOException {
    bytes(ByteBuffer.allocate(Section.padding(position - payloadStart)));
  }

  /** Writes from position to limit; leaves both as they are. */
  void bytes(ByteBuffer bytes) throws IOException {
    payloadChecksum.add(bytes, bytes.position(), bytes.remaining());
    position = writeFully(channel, bytes, position);
  }

  /** Where the next section goes: once all are written, the file's length in bytes. */
  long position() {
    return position;
  }

  int count() {
    return count;
  }

  /** CRC-32C of all section headers so far, without their own checksums. */
  int headersCrc() {
    return headersChecksum.value();
  }

  /**
   * @return the position after the last byte
   */
  static long writeFully(FileChannel channel, ByteBuffer bytes, long position) throws IOException {
    ByteBuffer rest = bytes.duplicate();
    long at = position;
    while (rest.position() < bytes.limit()) {
      rest.limit(rest.position() + Math.min(bytes.limit() - rest.position(), STEP));
      at += channel.write(rest, at);
    }
    return at;
  }
}
