package io.ramshot.agent.tools;

import java.io.PrintStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/** Writes one JSON value as it comes, a member a line, without ever holding all of it. */
public final class Json {
  private final PrintStream out;

  /** How many members each open object or array has so far, the innermost first. */
  private final Deque<Integer> open = new ArrayDeque<>();

  public Json(PrintStream out) {
    this.out = out;
  }

  /** Begins an object: the whole value, or an element of an array. */
  public Json object() {
    next();
    return begin('{');
  }

  public Json object(String name) {
    name(name);
    return begin('{');
  }

  public Json array(String name) {
    name(name);
    return begin('[');
  }

  /** Ends what was begun last. */
  public Json endObject() {
    return end('}');
  }

  /** Ends what was begun last. */
  public Json endArray() {
    return end(']');
  }

  public Json member(String name, String value) {
    name(name);
    out.print(value == null ? "null" : quoted(value));
    return this;
  }

  public Json member(String name, Optional<?> value) {
    return member(name, value.map(Object::toString).orElse(null));
  }

  public Json member(String name, long value) {
    name(name);
    out.print(value);
    return this;
  }

  public Json member(String name, boolean value) {
    name(name);
    out.print(value);
    return this;
  }

  public Json nothing(String name) {
    name(name);
    out.print("null");
    return this;
  }

  /** An element of an array. */
  public Json element(String value) {
    next();
    out.print(quoted(value));
    return this;
  }

  /** An element of an array that is itself an array of numbers. */
  public Json element(long... values) {
    next();
    String separator = "[";
    for (long value : values) {
      out.print(separator);
      out.print(value);
      separator = ", ";
    }
    out.print("]");
    return this;
  }

  private void name(String name) {
    next();
    out.print(quoted(name));
    out.print(": ");
  }

  private void next() {
    if (open.isEmpty()) {
      return;
    }
    int members = open.pop();
    out.print(members == 0 ? "\n" : ",\n");
    open.push(members + 1);
    out.print("  ".repeat(open.size()));
  }

  private Json begin(char bracket) {
    out.print(bracket);
    open.push(0);
    return this;
  }

  private Json end(char bracket) {
    if (open.pop() > 0) {
      out.print("\n" + "  ".repeat(open.size()));
    }
    out.print(bracket);
    if (open.isEmpty()) {
      out.println();
    }
    return this;
  }

  /** In ASCII, so that no terminal's or file's character set matters. */
  static String quoted(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        quoted.append('\\').append(c);
      } else if (c < ' ' || c > '~') {
        quoted.append(String.format("\\u%04x", (int) c));
      } else {
        quoted.append(c);
      }
    }
    return quoted.append('"').toString();
  }
}
