package io.ramshot.agent.cli;

import io.ramshot.text.Printable;
import java.io.PrintStream;
import java.util.Locale;

/**
 * Stdout or stderr, for text of whatever origin: what a terminal would obey is written instead. A
 * value, and what is printed with its line break, stays on one line. Bytes pass as they are.
 */
final class PrintableStream extends PrintStream {
  private final PrintStream to;

  PrintableStream(PrintStream to) {
    super(to, true);
    this.to = to;
  }

  @Override
  public void print(String text) {
    to.print(Printable.lines(text));
  }

  @Override
  public void print(Object value) {
    print(String.valueOf(value));
  }

  @Override
  public void print(char[] text) {
    print(String.valueOf(text));
  }

  @Override
  public void print(char c) {
    print(String.valueOf(c));
  }

  @Override
  public void println(String text) {
    to.println(Printable.line(text));
  }

  @Override
  public void println(Object value) {
    println(String.valueOf(value));
  }

  @Override
  public void println(char[] text) {
    println(String.valueOf(text));
  }

  @Override
  public void println(char c) {
    println(String.valueOf(c));
  }

  @Override
  public PrintStream append(CharSequence text) {
    print(String.valueOf(text));
    return this;
  }

  @Override
  public PrintStream append(CharSequence text, int start, int end) {
    return append(String.valueOf(text).subSequence(start, end));
  }

  @Override
  public PrintStream append(char c) {
    print(c);
    return this;
  }

  @Override
  public PrintStream format(String format, Object... values) {
    return format(Locale.getDefault(Locale.Category.FORMAT), format, values);
  }

  @Override
  public PrintStream format(Locale locale, String format, Object... values) {
    Object[] safe = new Object[values.length];
    for (int i = 0; i < values.length; i++) {
      safe[i] = values[i] instanceof Number ? values[i] : Printable.line(String.valueOf(values[i]));
    }
    to.print(String.format(locale, format, safe));
    return this;
  }

  @Override
  public PrintStream printf(String format, Object... values) {
    return format(format, values);
  }

  @Override
  public PrintStream printf(Locale locale, String format, Object... values) {
    return format(locale, format, values);
  }
}
