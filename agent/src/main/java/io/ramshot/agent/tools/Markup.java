package io.ramshot.agent.tools;

import io.ramshot.text.Printable;

/** Text in XML and HTML. */
final class Markup {

  private Markup() {}

  /**
   * Safe as text and within quotes; what XML cannot hold, or a browser would obey, becomes U+FFFD.
   */
  static String escape(String text) {
    StringBuilder escaped = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      i += Character.charCount(c);
      switch (c) {
        case '&' -> escaped.append("&amp;");
        case '<' -> escaped.append("&lt;");
        case '>' -> escaped.append("&gt;");
        case '"' -> escaped.append("&quot;");
        case '\'' -> escaped.append("&#39;");
        default -> escaped.appendCodePoint(isText(c) ? c : 0xfffd);
      }
    }
    return escaped.toString();
  }

  private static boolean isText(int c) {
    return c == '\t'
        || c == '\n'
        || c < 0xd800 && Printable.isShown((char) c)
        || c > 0xdfff && c < 0xfffe && Printable.isShown((char) c)
        || c > 0xffff;
  }
}
