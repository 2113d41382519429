package io.ramshot.testing;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A JVM of its own for a test, with a watchdog: an engine that goes wrong can hang a whole JVM,
 * deaf even to SIGTERM, and must not take the tests with it.
 *
 * <p>A JVM that is still there after the limit is killed, and the test fails with what it printed
 * and where its native threads were.
 */
public final class ForkedJvm {
  /** Generous: this guards against hangs, it measures nothing. */
  public static final Duration DEFAULT_LIMIT = Duration.ofSeconds(120);

  private static final int GDB_SECONDS = 60;
  private static final int KILL_SECONDS = 20;

  /** Exit code of a JVM that even SIGKILL does not end, because the kernel holds a thread of it. */
  private static final int STILL_ALIVE = -1;

  private final String main;
  private final List<String> arguments;
  private final List<String> wrapper = new ArrayList<>();
  private final List<String> options = new ArrayList<>();
  private String classPath = System.getProperty("java.class.path");
  private Duration limit = DEFAULT_LIMIT;

  private ForkedJvm(String main, List<String> arguments) {
    this.main = main;
    this.arguments = arguments;
    options.add("-Xmx256m");
    options.add("-XX:MaxDirectMemorySize=8g");
    options.add("-XX:+ErrorFileToStdout");
    options.add("-XX:-CreateCoredumpOnCrash");
    if (Runtime.version().feature() >= 22) {
      options.add("--enable-native-access=ALL-UNNAMED");
    }
  }

  /** Will run {@code main} of this class, on this JVM's class path and JDK. */
  public static ForkedJvm of(Class<?> main, String... arguments) {
    return new ForkedJvm(main.getName(), List.of(arguments));
  }

  /**
   * Adds options of the JVM, like {@code -Dname=value}; a later option overrides an earlier one.
   */
  public ForkedJvm options(String... more) {
    options.addAll(List.of(more));
    return this;
  }

  /**
   * Starts it through a command that takes the JVM's command line as its last arguments and
   * executes it in its own place, like {@code setpriv}.
   */
  public ForkedJvm through(String... command) {
    wrapper.addAll(List.of(command));
    return this;
  }

  public ForkedJvm classPath(String value) {
    classPath = value;
    return this;
  }

  /** How long it may take; {@link #DEFAULT_LIMIT} unless said otherwise. */
  public ForkedJvm limit(Duration value) {
    limit = value;
    return this;
  }

  /** Runs it to its end, however it ends. */
  public Ended run() throws IOException, InterruptedException {
    return start().await();
  }

  /**
   * Runs it to its end.
   *
   * @return the lines it printed
   * @throws AssertionError if it hangs, or exits with another code than 0
   */
  public List<String> succeed() throws IOException, InterruptedException {
    Ended ended = run();
    if (ended.exitCode() != 0) {
      throw new AssertionError(
          main + " exited with code " + ended.exitCode() + ":\n" + ended.output());
    }
    return ended.lines();
  }

  public Running start() throws IOException {
    /* A shell has its background jobs ignore SIGINT, which the JVM and its children inherit. */
    List<String> command = new ArrayList<>(List.of("env", "--default-signal=INT,QUIT"));
    command.addAll(wrapper);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.add("-cp");
    command.add(classPath);
    command.add(main);
    command.addAll(arguments);
    File output = File.createTempFile("ramshot-forked", ".log");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output).start();
    return new Running(main, process, output.toPath(), System.nanoTime() + limit.toNanos(), limit);
  }

  /** How a JVM ended, and what it printed to both streams. */
  public record Ended(int exitCode, List<String> lines) {
    public String output() {
      return String.join("\n", lines);
    }
  }

  /** A JVM that has been started. */
  public static final class Running {
    private final String main;
    private final Process process;
    private final Path output;
    private final long deadline;
    private final Duration limit;
    private final Thread reaper;

    private Running(String main, Process process, Path output, long deadline, Duration limit) {
      this.main = main;
      this.process = process;
      this.output = output;
      this.deadline = deadline;
      this.limit = limit;
      this.reaper = new Thread(process::destroyForcibly);
      Runtime.getRuntime().addShutdownHook(reaper);
    }

    public long pid() {
      return process.pid();
    }

    /** What it has printed so far. */
    public List<String> lines() {
      try {
        return new String(Files.readAllBytes(output), StandardCharsets.UTF_8).lines().toList();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /**
     * Waits until it prints a line.
     *
     * @throws AssertionError if it ends before, or takes too long
     */
    public void awaitLine(String line) throws IOException, InterruptedException {
      while (!lines().contains(line)) {
        if (!process.isAlive() && !lines().contains(line)) {
          throw new AssertionError(
              main + " ended without printing \"" + line + "\":\n" + await().output());
        }
        if (System.nanoTime() > deadline) {
          throw hung();
        }
        Thread.sleep(5);
      }
    }

    /** Sends a signal by its name, like {@code STOP}. */
    public void signal(String name) throws IOException, InterruptedException {
      new ProcessBuilder("kill", "-" + name, Long.toString(pid())).start().waitFor();
    }

    /** Waits for its end; kills it if that takes too long. */
    public Ended await() throws IOException, InterruptedException {
      if (!process.waitFor(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
        throw hung();
      }
      return ended();
    }

    /** Sends SIGKILL and waits until it is gone, or is found to hang in the kernel. */
    public Ended kill() throws IOException, InterruptedException {
      process.destroyForcibly().waitFor(KILL_SECONDS, TimeUnit.SECONDS);
      return ended();
    }

    private Ended ended() throws IOException {
      List<String> lines = lines();
      Files.deleteIfExists(output);
      Runtime.getRuntime().removeShutdownHook(reaper);
      return new Ended(process.isAlive() ? STILL_ALIVE : process.exitValue(), lines);
    }

    private AssertionError hung() throws IOException, InterruptedException {
      String stacks = nativeStacks(process.pid());
      String printed = kill().output();
      return new AssertionError(
          String.format(
              "%s hung: killed after %d s.%nIt printed:%n%s%nIts threads:%n%s",
              main, limit.toSeconds(), printed, stacks));
    }

    /** Where every thread is, the JVM's own and the engine's: jstack would wait for a safepoint. */
    private static String nativeStacks(long pid) throws IOException, InterruptedException {
      Path stacks = Files.createTempFile("ramshot-stacks", ".txt");
      try {
        Process gdb =
            new ProcessBuilder(
                    "gdb", "-p", Long.toString(pid), "-batch", "-ex", "thread apply all bt")
                .redirectErrorStream(true)
                .redirectOutput(stacks.toFile())
                .start();
        if (!gdb.waitFor(GDB_SECONDS, TimeUnit.SECONDS)) {
          gdb.destroyForcibly().waitFor();
        }
        return new String(Files.readAllBytes(stacks), StandardCharsets.UTF_8);
      } catch (IOException e) {
        return "unknown, for want of gdb (" + e.getMessage() + ")";
      } finally {
        Files.deleteIfExists(stacks);
      }
    }
  }
}
