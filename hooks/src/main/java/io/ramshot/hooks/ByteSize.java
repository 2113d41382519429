package io.ramshot.hooks;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Sizes as users write them, in every option: {@code 4096}, {@code 64m}, {@code 64MB}, {@code
 * 64MiB}.
 */
public final class ByteSize {
  private static final Pattern TEXT = Pattern.compile("(\\d{1,18})(?:b|([kmg])(?:i?b)?)?");

  private ByteSize() {}

  /** Whether a text is a size, which may be more than a long holds. */
  static boolean isOne(String text) {
    return TEXT.matcher(text.toLowerCase(Locale.ROOT)).matches();
  }

  /**
   * A number of bytes, or of KiB, MiB or GiB; all of their units are powers of 1024.
   *
   * @return bytes, or -1 if the text is none, or more than a long holds
   */
  public static long parse(String text) {
    Matcher matcher = TEXT.matcher(text.toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      return -1;
    }
    int shift = matcher.group(2) == null ? 0 : 10 * (1 + "kmg".indexOf(matcher.group(2)));
    long value = Long.parseLong(matcher.group(1));
    return value > Long.MAX_VALUE >> shift ? -1 : value << shift;
  }
}
