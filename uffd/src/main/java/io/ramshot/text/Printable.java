package io.ramshot.text;

/**
 * Text that is safe to print, whoever wrote it: names and figures of an image, names of files, what
 * another JVM says. A terminal obeys some characters instead of showing them, or shows a line in
 * another order than it has; these are written as {@code \}{@code u001b}.
 */
public final class Printable {

  private Printable() {}

  /** One line: breaks become spaces. */
  public static String line(String text) {
    return of(text, false);
  }

  /** Lines, as they are. */
  public static String lines(String text) {
    return of(text, true);
  }

  private static String of(String text, boolean lines) {
    if (text == null) {
      return "null";
    }
    int first = 0;
    while (first < text.length() && isShown(text.charAt(first))) {
      first++;
    }
    return first == text.length() ? text : escaped(text, first, lines);
  }

  private static String escaped(String text, int first, boolean lines) {
    StringBuilder out = new StringBuilder(text.length() + 16).append(text, 0, first);
    for (int i = first; i < text.length(); i++) {
      char c = text.charAt(i);
      if (isShown(c) || c == '\t') {
        out.append(c);
      } else if (c == '\n' || c == '\r' && !lines) {
        out.append(lines ? "\n" : isBreak(text, i - 1) ? "" : " ");
      } else {
        out.append(String.format("\\u%04x", (int) c));
      }
    }
    return out.toString();
  }

  private static boolean isBreak(String text, int at) {
    return at >= 0 && (text.charAt(at) == '\n' || text.charAt(at) == '\r');
  }

  /**
   * Not the control characters (C0, DEL, C1), what sets the direction of text, other breaks of
   * lines, and what is there but not seen: the byte order mark and annotations.
   */
  public static boolean isShown(char c) {
    return !Character.isISOControl(c)
        && c != '\u061c' // Arabic letter mark
        && c != '\u200e' // left-to-right mark
        && c != '\u200f' // right-to-left mark
        && (c < '\u2028' || c > '\u202e') // line and paragraph separators, embeddings, overrides
        && (c < '\u2066' || c > '\u2069') // isolates
        && c != '\ufeff'
        && (c < '\ufff9' || c > '\ufffb');
  }
}
