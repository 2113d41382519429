package io.ramshot.image;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Strings as they stand in an image: strict UTF-8, at most 65535 bytes. */
final class Text {
  static final int MAX_BYTES = 0xFFFF;

  private Text() {}

  /**
   * @param what names the string in messages
   * @throws IllegalArgumentException if the string is too long, or no valid UTF-16
   */
  static byte[] encode(String what, String text) {
    ByteBuffer bytes;
    try {
      // A fresh encoder reports unpaired surrogates; String.getBytes would replace them.
      bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException(what + " holds an unpaired surrogate", e);
    }
    if (bytes.remaining() > MAX_BYTES) {
      throw new IllegalArgumentException(
          what + " takes " + bytes.remaining() + " bytes of UTF-8, the limit is " + MAX_BYTES);
    }
    byte[] result = new byte[bytes.remaining()];
    bytes.get(result);
    return result;
  }

  static String decode(byte[] bytes) throws CharacterCodingException {
    return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
  }

  /** Names stand in one-line messages, so they are not empty and hold no control characters. */
  static boolean isName(String text) {
    return !text.isEmpty() && text.chars().noneMatch(Character::isISOControl);
  }

  /**
   * @throws IllegalArgumentException if this cannot be a name in an image
   */
  static void requireName(String what, String name) {
    if (!isName(name)) {
      throw new IllegalArgumentException(
          what + " is empty or holds control characters: choose a printable one");
    }
    encode(what, name);
  }
}
