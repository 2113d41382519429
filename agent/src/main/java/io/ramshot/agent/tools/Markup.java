package io.ramshot.agent.tools;

/** Text in XML and HTML. */
final class Markup {

  private Markup() {}

  /** Safe as text and within quotes; what XML cannot hold becomes U+FFFD. */
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
        default -> escaped.appendCodePoint(isXml(c) ? c : 0xfffd);
      }
    }
    return escaped.toString();
  }

  private static boolean isXml(int c) {
    return c == '\t'
        || c == '\n'
        || c >= 0x20 && c < 0x7f
        || c > 0x9f && c < 0xd800
        || c > 0xdfff && c < 0xfffe
        || c > 0xffff;
  }
}
