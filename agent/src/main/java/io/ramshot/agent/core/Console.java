package io.ramshot.agent.core;

import io.ramshot.text.Cause;
import io.ramshot.text.Printable;
import java.util.function.Consumer;

/** What the agent says to the host's user: single lines with one prefix. */
public final class Console {
  private static final String PREFIX = "[ramshot] ";

  /** The process's stderr. */
  public static final Console STDERR = new Console(line -> System.err.println(line));

  private final Consumer<String> sink;

  Console(Consumer<String> sink) {
    this.sink = sink;
  }

  /** Prints a line, without what a terminal would obey. */
  public void say(String line) {
    sink.accept(PREFIX + Printable.line(line));
  }

  /** An exception in one line: its message, and its class where that says more. */
  public static String line(Throwable e) {
    return Cause.unwrapped(e) instanceof LinkageError ? Cause.text(e) : Cause.message(e);
  }
}
