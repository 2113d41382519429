package io.ramshot.bench.driver;

import io.ramshot.bench.worker.Worker;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.TimeUnit;

/**
 * A JVM with one of the bench's main programs, and a watchdog: whatever happens in there, the bench
 * goes on.
 */
public final class ChildJvm implements AutoCloseable {

  /** First JDK that warns of sun.misc.Unsafe and of native code, which both are meant here. */
  private static final int FIRST_TO_WARN = 24;

  private static final int END_SECONDS = 10;
  private static final int LAST_LINES = 20;

  private final Process process;
  private final Duration limit;
  private final BufferedReader output;
  private final PrintStream input;
  private final Thread reaper;
  private final Timer watchdog = new Timer("watchdog", true);
  private final List<String> other = new ArrayList<>();
  private volatile String killed;

  /**
   * Starts it.
   *
   * @param options of the JVM, besides those that every JVM of the bench has
   * @param limit for each {@link #await}
   */
  public ChildJvm(List<String> options, Class<?> main, List<String> arguments, Duration limit)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(java());
    command.addAll(options);
    command.add("-XX:+ErrorFileToStdout");
    command.add("-XX:-CreateCoredumpOnCrash");
    if (Runtime.version().feature() >= FIRST_TO_WARN) {
      command.add("--enable-native-access=ALL-UNNAMED");
      command.add("--sun-misc-unsafe-memory-access=allow");
    }
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(arguments);
    this.limit = limit;
    process = new ProcessBuilder(command).redirectErrorStream(true).start();
    output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    input = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
    reaper = new Thread(process::destroyForcibly);
    Runtime.getRuntime().addShutdownHook(reaper);
  }

  /** This JDK's launcher. */
  private static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  /** Gives it a line. */
  public void send(String line) {
    input.println(line);
  }

  /**
   * Waits for a line of the protocol.
   *
   * @param what it is to do, for messages
   * @return the lines of the protocol before that one
   * @throws IOException if the JVM ended instead, or was killed because the time was up
   */
  public List<String> await(String what, String last) throws IOException {
    TimerTask kill = kill(what);
    watchdog.schedule(kill, limit.toMillis());
    List<String> lines = new ArrayList<>();
    try {
      for (String line; (line = output.readLine()) != null; ) {
        if (!line.startsWith(Worker.PREFIX)) {
          other.add(line);
          continue;
        }
        String text = line.substring(Worker.PREFIX.length());
        if (text.equals(last)) {
          return lines;
        }
        lines.add(text);
      }
    } finally {
      kill.cancel();
    }
    List<String> end = other.subList(Math.max(0, other.size() - LAST_LINES), other.size());
    throw new IOException(
        (killed != null ? killed : "the guest's JVM ended at " + what)
            + (end.isEmpty() ? "" : "; it printed: " + String.join(" | ", end)));
  }

  private TimerTask kill(String what) {
    return new TimerTask() {
      @Override
      public void run() {
        killed = what + " hung: killed its JVM after " + limit.toSeconds() + " s";
        process.destroyForcibly();
      }
    };
  }

  @Override
  public void close() {
    input.close();
    try {
      if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor(END_SECONDS, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    watchdog.cancel();
    Runtime.getRuntime().removeShutdownHook(reaper);
  }
}
