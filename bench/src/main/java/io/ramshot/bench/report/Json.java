package io.ramshot.bench.report;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;

/** Writes JSON, indented: just what a result file needs. */
final class Json {
  private static final int FIRST_PRINTABLE = 0x20;

  private final StringBuilder text = new StringBuilder();
  private final Deque<String> ends = new ArrayDeque<>();
  private boolean first = true;

  /** Begins the whole, or an object in an array. */
  Json object() {
    next();
    return open("{", "}");
  }

  Json object(String name) {
    return name(name).open("{", "}");
  }

  Json array(String name) {
    return name(name).open("[", "]");
  }

  private Json open(String begin, String end) {
    text.append(begin);
    ends.push(end);
    first = true;
    return this;
  }

  /** Ends the innermost object or array. */
  Json end() {
    String end = ends.pop();
    if (!first) {
      line();
    }
    text.append(end);
    first = false;
    return this;
  }

  Json field(String name, String value) {
    name(name);
    return string(value);
  }

  Json field(String name, long value) {
    name(name).text.append(value);
    return this;
  }

  /** A value that is no number becomes null. */
  Json field(String name, double value) {
    name(name).text.append(number(value));
    return this;
  }

  /** An element of an array. */
  Json element(String value) {
    next();
    return string(value);
  }

  /** Numbers on one line. */
  Json field(String name, double[] values) {
    name(name).text.append('[');
    for (int i = 0; i < values.length; i++) {
      text.append(i == 0 ? "" : ", ").append(number(values[i]));
    }
    text.append(']');
    return this;
  }

  private static String number(double value) {
    return Double.isNaN(value) || Double.isInfinite(value)
        ? "null"
        : String.format(Locale.ROOT, "%.6f", value);
  }

  private Json name(String name) {
    next();
    string(name);
    text.append(": ");
    return this;
  }

  private void next() {
    if (!first) {
      text.append(',');
    }
    first = false;
    if (!ends.isEmpty()) {
      line();
    }
  }

  private void line() {
    text.append('\n').append("  ".repeat(ends.size()));
  }

  private Json string(String value) {
    text.append('"');
    for (char c : value.toCharArray()) {
      if (c == '"' || c == '\\') {
        text.append('\\').append(c);
      } else if (c < FIRST_PRINTABLE) {
        text.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      } else {
        text.append(c);
      }
    }
    text.append('"');
    return this;
  }

  @Override
  public String toString() {
    return text + "\n";
  }
}
