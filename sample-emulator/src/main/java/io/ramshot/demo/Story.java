package io.ramshot.demo;

import java.io.PrintStream;

/** What the demo tells whoever started it. */
final class Story {
  private static final String INDENT = "   ";

  private final PrintStream out;
  private final boolean verbose;
  private int steps;
  private volatile boolean silent;

  Story(PrintStream out, boolean verbose) {
    this.out = out;
    this.verbose = verbose;
  }

  void title(String text) {
    print(text);
  }

  /** Begins the next numbered step. */
  void step(String text) {
    steps++;
    print("");
    print(steps + "  " + text);
  }

  void say(String format, Object... values) {
    print(INDENT + Units.format(format, values));
  }

  /** One figure of a list. */
  void item(String name, String format, Object... values) {
    print(INDENT + Units.format("  %-9s ", name) + Units.format(format, values));
  }

  /** What a machine prints, for those who asked to see it. */
  void overhear(String who, String line) {
    if (verbose) {
      print(INDENT + who + "| " + line);
    }
  }

  /** A line without indentation. */
  void print(String line) {
    if (!silent) {
      out.println(line);
      out.flush();
    }
  }

  /** Prints nothing any more: the demo was told to end. */
  void end() {
    silent = true;
  }
}
