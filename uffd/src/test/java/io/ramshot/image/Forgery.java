package io.ramshot.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The bytes of an image, to be changed at will and given right checksums again. What is at which
 * offset is written out from docs/FORMAT.md here, independently of the reader.
 */
final class Forgery {
  final ByteBuffer bytes;

  Forgery(byte[] image) {
    bytes = ByteBuffer.wrap(image.clone()).order(ByteOrder.LITTLE_ENDIAN);
  }

  Forgery putInt(int at, int value) {
    bytes.putInt(at, value);
    return this;
  }

  Forgery putLong(int at, long value) {
    bytes.putLong(at, value);
    return this;
  }

  Forgery put(int at, byte... values) {
    bytes.put(at, values);
    return this;
  }

  /** Where the payload of the n-th section of a type starts. */
  int payload(String type, int n) {
    int at = (int) bytes.getLong(80);
    int left = n;
    while (true) {
      byte[] name = new byte[4];
      bytes.get(at, name);
      if (new String(name, StandardCharsets.US_ASCII).equals(type) && left-- == 0) {
        return at + 24;
      }
      at += 24 + (int) (bytes.getLong(at + 8) + 7 & -8);
    }
  }

  /** Makes the header's checksum right. */
  Forgery sealHeader() {
    return putInt(4092, new Checksum().of(bytes, 0, 4092));
  }

  /** Makes all checksums of metadata right, as far as lengths lead to them. */
  Forgery seal() {
    long at = bytes.getLong(80);
    Checksum headers = new Checksum();
    for (int i = 0; i < bytes.getInt(96); i++) {
      if (at < 0 || at > bytes.capacity() - 24) {
        break;
      }
      int start = (int) at;
      long length = bytes.getLong(start + 8);
      if (length >= 0 && length <= bytes.capacity() - start - 24) {
        bytes.putInt(start + 4, new Checksum().of(bytes, start + 24, (int) length));
      }
      bytes.putInt(start + 20, new Checksum().of(bytes, start, 20));
      headers.add(bytes, start, 20);
      at += 24 + (length + 7 & -8);
    }
    bytes.putInt(112, headers.value());
    return sealHeader();
  }

  Path write(Path file) throws IOException {
    return Files.write(file, bytes.array());
  }
}
