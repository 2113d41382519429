package io.ramshot.demo;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Everything that a guest has sent on its serial port, and when it came. */
final class Uart {

  /**
   * A whole line.
   *
   * @param nanos when its end came, by {@link System#nanoTime}
   */
  record Line(long nanos, String text) {}

  /**
   * Something has come.
   *
   * @param nanos when, by {@link System#nanoTime}
   * @param length of all text with it, in characters
   */
  private record Arrival(long nanos, int length) {}

  private final StringBuilder text = new StringBuilder();
  private final List<Arrival> arrivals = new ArrayList<>();
  private final List<Line> lines = new ArrayList<>();
  private int lineStart;
  private boolean closed;

  /** Reads until the other side closes; for a thread of its own. */
  void read(InputStream in, Story story) {
    byte[] piece = new byte[4096];
    try {
      for (int length = in.read(piece); length >= 0; length = in.read(piece)) {
        add(new String(piece, 0, length, StandardCharsets.ISO_8859_1), System.nanoTime(), story);
      }
    } catch (IOException e) {
      // The machine was killed.
    }
    synchronized (this) {
      closed = true;
      notifyAll();
    }
  }

  private synchronized void add(String piece, long nanos, Story story) {
    text.append(piece);
    arrivals.add(new Arrival(nanos, text.length()));
    for (int end; (end = text.indexOf("\n", lineStart)) >= 0; lineStart = end + 1) {
      Line line = new Line(nanos, text.substring(lineStart, end).replace("\r", ""));
      lines.add(line);
      story.overhear("uart", line.text());
    }
    notifyAll();
  }

  /** How many characters have come: where to look for what comes next. */
  synchronized int length() {
    return text.length();
  }

  /** How many characters had come at a time. */
  synchronized int lengthAt(long nanos) {
    int length = 0;
    for (Arrival arrival : arrivals) {
      if (arrival.nanos() - nanos > 0) {
        break;
      }
      length = arrival.length();
    }
    return length;
  }

  /** All that has come so far. */
  synchronized String text() {
    return text.toString();
  }

  /** How many lines have come. */
  synchronized int lineCount() {
    return lines.size();
  }

  /** The lines from an index on that have come so far. */
  synchronized List<Line> linesFrom(int index) {
    return List.copyOf(lines.subList(Math.min(index, lines.size()), lines.size()));
  }

  /**
   * Waits for a text.
   *
   * @return what came from {@code from} on, up to the end of that text
   */
  synchronized String await(String wanted, int from) throws DemoException, InterruptedException {
    while (true) {
      int at = text.indexOf(wanted, from);
      if (at >= 0) {
        return text.substring(from, at + wanted.length());
      }
      waitForMore("'" + wanted.strip() + "'");
    }
  }

  /**
   * Waits for a line that means something.
   *
   * @param from index of the first line to look at
   */
  synchronized <T> T awaitLine(String what, int from, Function<Line, Optional<T>> meaning)
      throws DemoException, InterruptedException {
    for (int i = from; ; i++) {
      while (i >= lines.size()) {
        waitForMore(what);
      }
      Optional<T> found = meaning.apply(lines.get(i));
      if (found.isPresent()) {
        return found.get();
      }
    }
  }

  private void waitForMore(String what) throws DemoException, InterruptedException {
    DemoException.require(!closed, "the machine ended before its guest sent %s", what);
    wait();
  }
}
