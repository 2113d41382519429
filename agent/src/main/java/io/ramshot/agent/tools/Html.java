package io.ramshot.agent.tools;

import java.util.Locale;

/**
 * A page of HTML in the making, which is also well-formed XML. Text is escaped, and numbers are
 * written with a point.
 */
final class Html {
  private final StringBuilder out = new StringBuilder();

  /** What is markup already: a constant of this program. */
  Html raw(String markup) {
    out.append(markup).append('\n');
    return this;
  }

  /**
   * Markup with places for values, which are escaped if they are text.
   *
   * @param format as of {@link String#format}
   */
  Html format(String format, Object... values) {
    Object[] escaped = new Object[values.length];
    for (int i = 0; i < values.length; i++) {
      escaped[i] = values[i] instanceof String text ? Markup.escape(text) : values[i];
    }
    return raw(String.format(Locale.ROOT, format, escaped));
  }

  /** A row of a table. */
  Html row(String... cells) {
    out.append("<tr>");
    for (String cell : cells) {
      out.append("<td>").append(Markup.escape(cell)).append("</td>");
    }
    return raw("</tr>");
  }

  /** Begins a table that {@code </table>} ends. */
  Html table(String... columns) {
    out.append("<table><tr>");
    for (String column : columns) {
      out.append("<th>").append(Markup.escape(column)).append("</th>");
    }
    return raw("</tr>");
  }

  /** Begins a drawing that {@code </svg>} ends. */
  Html drawing(int width, int height, String label) {
    return format(
        "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">", width, height, label);
  }

  /** A swatch and what it stands for. */
  Html key(String style, String text) {
    return format("<span class=\"key\"><i class=\"%s\"></i>%s</span>", style, text);
  }

  @Override
  public String toString() {
    return out.toString();
  }
}
