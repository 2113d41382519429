package io.ramshot.agent.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * Progress on stderr: one line that is overwritten on a terminal, a plain line every 5 s elsewhere.
 */
final class ProgressLine implements AutoCloseable {
  private static final long TERMINAL_NANOS = 150_000_000L;
  private static final long PLAIN_NANOS = 5_000_000_000L;
  private static final String CLEAR = "\r\033[K";

  private final boolean terminal = isTerminal();
  private long shownAt = System.nanoTime();
  private boolean dirty;

  /**
   * @param text asked only when it is time to show it
   */
  void show(Supplier<String> text) {
    long now = System.nanoTime();
    if (now - shownAt < (terminal ? TERMINAL_NANOS : PLAIN_NANOS)) {
      return;
    }
    shownAt = now;
    dirty = terminal;
    if (terminal) {
      control(CLEAR);
      System.err.print(text.get());
    } else {
      System.err.println(text.get());
    }
    System.err.flush();
  }

  /** Empties the line for somebody else's output, whoever shows progress; only on a terminal. */
  static void clearTerminal() {
    if (isTerminal()) {
      control(CLEAR);
    }
  }

  /** Empties a terminal's line, for other output. */
  void clear() {
    if (dirty) {
      dirty = false;
      control(CLEAR);
      System.err.flush();
    }
  }

  /** As bytes, which {@link PrintableStream} lets pass. */
  private static void control(String sequence) {
    System.err.writeBytes(sequence.getBytes(StandardCharsets.US_ASCII));
  }

  @Override
  public void close() {
    clear();
  }

  /** {@code System.console()} is no answer from JDK 22 on. */
  private static boolean isTerminal() {
    try {
      String stderr = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
      return stderr.startsWith("/dev/pts/") || stderr.startsWith("/dev/tty");
    } catch (IOException e) {
      return false;
    }
  }
}
