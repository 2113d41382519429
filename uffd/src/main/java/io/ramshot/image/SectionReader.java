package io.ramshot.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;

/**
 * Reads one section's payload from its start to its end. A section is read twice: once for its
 * checksum, and then by fields, each of which must lie within the payload. Nothing is allocated
 * that is larger than what the payload still holds.
 */
final class SectionReader {
  private static final int STEP = 1 << 16;

  private final ImageFile file;
  private final Section section;
  private final ByteBuffer buffer;
  private long next;

  private SectionReader(ImageFile file, Section section) {
    this.file = file;
    this.section = section;
    this.buffer =
        ByteBuffer.allocate((int) Math.min(section.payloadLength(), STEP))
            .order(ByteOrder.LITTLE_ENDIAN);
    rewind();
  }

  /**
   * @throws ImageException if the payload does not match its checksum
   */
  static SectionReader open(ImageFile file, Section section) throws ImageException {
    SectionReader reader = new SectionReader(file, section);
    reader.requireChecksum();
    reader.rewind();
    return reader;
  }

  private void requireChecksum() throws ImageException {
    Checksum checksum = new Checksum();
    while (remaining() > 0) {
      refill();
      checksum.add(buffer, 0, buffer.limit());
      buffer.position(buffer.limit());
    }
    if (checksum.value() != section.payloadCrc()) {
      throw damaged("does not match its checksum");
    }
  }

  private void rewind() {
    next = section.payloadOffset();
    buffer.limit(0);
  }

  /** Bytes of the payload that have not been read. */
  long remaining() {
    return section.payloadOffset() + section.payloadLength() - next + buffer.remaining();
  }

  int u16(String what) throws ImageException {
    return Short.toUnsignedInt(take(2, what).getShort());
  }

  int u32(String what) throws ImageException {
    return take(4, what).getInt();
  }

  long u64(String what) throws ImageException {
    return take(8, what).getLong();
  }

  /**
   * A count of entries that follow.
   *
   * @param entryLength the least that one entry takes, in bytes
   */
  int count(String what, int entryLength) throws ImageException {
    long count = Integer.toUnsignedLong(u32("the number of " + what));
    if (count > remaining() / entryLength) {
      throw damaged("is too short for " + count + " " + what);
    }
    return Math.toIntExact(count);
  }

  String text(String what) throws ImageException {
    byte[] bytes = new byte[u16(what)];
    bytes(ByteBuffer.wrap(bytes), what);
    try {
      return Text.decode(bytes);
    } catch (CharacterCodingException e) {
      throw damaged("holds a " + what + " that is no UTF-8");
    }
  }

  String name(String what) throws ImageException {
    String name = text(what);
    if (!Text.isName(name)) {
      throw damaged("holds a " + what + " that is empty or has control characters");
    }
    return name;
  }

  /**
   * @param length in bytes; any value
   */
  byte[] blob(long length, String what) throws ImageException {
    requireRemaining(length, what);
    if (length > Integer.MAX_VALUE - 8) {
      throw new ImageException(
          file.path(), "has " + length + " bytes in " + what + ", more than a Java array holds");
    }
    byte[] bytes;
    try {
      bytes = new byte[(int) length];
    } catch (OutOfMemoryError e) {
      throw noMemory(length, "-Xmx", e);
    }
    bytes(ByteBuffer.wrap(bytes), what);
    return bytes;
  }

  /** Page tables are kept outside of the heap, where native code can read them too. */
  ByteBuffer direct(int length, String what) throws ImageException {
    requireRemaining(length, what);
    ByteBuffer bytes;
    try {
      bytes = ByteBuffer.allocateDirect(length);
    } catch (OutOfMemoryError e) {
      throw noMemory(length, "-XX:MaxDirectMemorySize", e);
    }
    bytes(bytes, what);
    return bytes.flip();
  }

  void requirePadding() throws ImageException {
    int padding = Section.padding(section.payloadLength() - remaining());
    for (int i = 0; i < padding; i++) {
      requireZero(take(1, "padding").get(), "padding");
    }
  }

  void requireZero(int value, String what) throws ImageException {
    if (value != 0) {
      throw damaged("has " + what + " that is not zero");
    }
  }

  void requireEnd() throws ImageException {
    if (remaining() > 0) {
      throw damaged("has " + remaining() + " bytes too many");
    }
  }

  ImageException damaged(String what) {
    return ImageException.damaged(file.path(), "section " + section.type() + " " + what);
  }

  private ImageException noMemory(long length, String option, OutOfMemoryError cause) {
    return new ImageException(
        file.path(),
        "needs " + length + " bytes at once that this JVM does not have: raise " + option,
        cause);
  }

  private void bytes(ByteBuffer to, String what) throws ImageException {
    requireRemaining(to.remaining(), what);
    while (to.hasRemaining()) {
      if (!buffer.hasRemaining()) {
        refill();
      }
      int length = Math.min(to.remaining(), buffer.remaining());
      to.put(to.position(), buffer, buffer.position(), length);
      to.position(to.position() + length);
      buffer.position(buffer.position() + length);
    }
  }

  /** A buffer with at least so many bytes from its position. */
  private ByteBuffer take(int length, String what) throws ImageException {
    requireRemaining(length, what);
    if (buffer.remaining() < length) {
      refill();
    }
    return buffer;
  }

  private void requireRemaining(long length, String what) throws ImageException {
    if (length < 0 || length > remaining()) {
      throw damaged("ends before " + what);
    }
  }

  private void refill() throws ImageException {
    buffer.compact();
    int kept = buffer.position();
    long unread = section.payloadOffset() + section.payloadLength() - next;
    buffer.limit((int) Math.min(buffer.capacity(), kept + unread));
    file.readFully(buffer, next);
    next += buffer.limit() - kept;
    buffer.flip();
  }
}
