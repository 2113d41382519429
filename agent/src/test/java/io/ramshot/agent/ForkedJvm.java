package io.ramshot.agent;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * A JVM of its own for one test. A watchdog kills it with SIGKILL when it takes too long, for a JVM
 * that hangs in a page fault hears nothing else; whatever fails says what the JVM had printed.
 */
public final class ForkedJvm implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(180);

  /** How long gdb may take for the stacks of a JVM that hangs. */
  private static final Duration STACKS_LIMIT = Duration.ofSeconds(20);

  private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");

  /** Set by the build; the integration tests run behind it. */
  public static final File RAMSHOT_JAR = new File(System.getProperty("ramshot.jar", "missing"));

  /** A shell has its background jobs ignore SIGINT, which the JVM and its children inherit. */
  private static final List<String> DEFAULT_SIGNALS = List.of("env", "--default-signal");

  private final Process process;
  private final Duration limit;
  private final List<String> out = new ArrayList<>();
  private final List<String> err = new ArrayList<>();
  private final List<Thread> readers;
  private final Thread watchdog;
  private volatile boolean hung;

  private ForkedJvm(List<String> command, Map<String, String> environment, Duration limit)
      throws IOException {
    this.limit = limit;
    ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(DEFAULT_SIGNALS));
    builder.command().addAll(command);
    for (String name : List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS")) {
      builder.environment().remove(name);
    }
    builder.environment().putAll(environment);
    process = builder.start();
    /* Left by a killed JVM that had this number; one that runs as another user cannot remove it. */
    Files.deleteIfExists(Path.of("/tmp/.java_pid" + process.pid()));
    readers = List.of(reader(process.getInputStream(), out), reader(process.getErrorStream(), err));
    watchdog = new Thread(this::watch, "watchdog of " + process.pid());
    watchdog.setDaemon(true);
    watchdog.start();
  }

  /** What to start, option by option. */
  public static final class Builder {
    private final List<String> command =
        new ArrayList<>(List.of(JAVA.toString(), "-Xmx64m", "-XX:MaxDirectMemorySize=80m"));
    private final Map<String, String> environment = new HashMap<>();
    private Duration limit = LIMIT;

    private Builder() {}

    /** Has another program start the JVM, which must keep its process id: setpriv, say. */
    public Builder under(String... program) {
      command.addAll(0, List.of(program));
      return this;
    }

    /** How long the JVM may live, where the usual is too short. */
    public Builder limit(Duration value) {
      limit = value;
      return this;
    }

    /** Arguments for the JVM. */
    public Builder with(String... arguments) {
      command.addAll(List.of(arguments));
      return this;
    }

    /**
     * @param options what follows {@code ramshot.jar=}
     */
    public Builder withAgent(String options) {
      return with("-javaagent:" + RAMSHOT_JAR + (options.isEmpty() ? "" : "=" + options));
    }

    public Builder environment(String name, String value) {
      environment.put(name, value);
      return this;
    }

    /** Starts a host of the test sources, and libraries before it. */
    public ForkedJvm start(Class<?> main, List<Path> libraries, String... arguments)
        throws IOException {
      List<Path> path = new ArrayList<>(libraries);
      path.add(classes(main));
      with(
          "-cp", path.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator)));
      with(main.getName());
      with(arguments);
      return start();
    }

    public ForkedJvm start(Class<?> main, String... arguments) throws IOException {
      return start(main, List.of(), arguments);
    }

    public ForkedJvm start() throws IOException {
      return new ForkedJvm(command, environment, limit);
    }
  }

  public static Builder java(String... arguments) {
    return new Builder().with(arguments);
  }

  /** Runs our command line to its end. */
  public static ForkedJvm commandLine(String... arguments) throws IOException {
    return java("-jar", RAMSHOT_JAR.toString()).with(arguments).start();
  }

  /** Runs another program of the same JDK. */
  public static ForkedJvm tool(Map<String, String> environment, String name, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>(List.of(JAVA.resolveSibling(name).toString()));
    command.addAll(List.of(arguments));
    return new ForkedJvm(command, environment, LIMIT);
  }

  private static Path classes(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (java.net.URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Thread reader(InputStream in, List<String> lines) {
    Thread thread =
        new Thread(
            () -> {
              try (BufferedReader reader =
                  new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
                for (String line; (line = reader.readLine()) != null; ) {
                  synchronized (lines) {
                    lines.add(line);
                    lines.notifyAll();
                  }
                }
              } catch (IOException e) {
                // Killed.
              }
            },
            "reader");
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private void watch() {
    try {
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        hung = true;
        try {
          addStacks();
        } finally {
          process.destroyForcibly();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Where every thread stands: the JVM itself can tell nobody any more. */
  private void addStacks() throws InterruptedException {
    List<String> stacks = new ArrayList<>(List.of("--- stacks of a JVM that hung"));
    try {
      Process gdb =
          new ProcessBuilder(
                  "timeout",
                  "--signal=KILL",
                  Long.toString(STACKS_LIMIT.toSeconds()),
                  "gdb",
                  "--batch",
                  "--nx",
                  "--pid=" + process.pid(),
                  "--eval-command=thread apply all backtrace")
              .redirectErrorStream(true)
              .start();
      gdb.getOutputStream().close();
      Thread reader = reader(gdb.getInputStream(), stacks);
      gdb.waitFor();
      reader.join(1_000);
    } catch (IOException e) {
      stacks.add("there is no gdb to tell them: " + e.getMessage());
    }
    synchronized (err) {
      err.addAll(copy(stacks));
      err.notifyAll();
    }
  }

  /** Types a line on the JVM's stdin. */
  public void type(String line) throws IOException {
    process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().flush();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  public long pid() {
    return process.pid();
  }

  /** Waits for a line on stdout. */
  public String awaitOut(Predicate<String> wanted) throws InterruptedException {
    return await(out, wanted);
  }

  /** Waits for a line on stderr. */
  public String awaitErr(Predicate<String> wanted) throws InterruptedException {
    return await(err, wanted);
  }

  private String await(List<String> lines, Predicate<String> wanted) throws InterruptedException {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    int seen = 0;
    synchronized (lines) {
      while (true) {
        for (; seen < lines.size(); seen++) {
          if (wanted.test(lines.get(seen))) {
            return lines.get(seen);
          }
        }
        if (System.nanoTime() > deadline || (!process.isAlive() && seen == lines.size())) {
          // The reader may lag behind the process's end.
          lines.wait(200);
          if (seen == lines.size()) {
            throw new AssertionError("the awaited line did not come; " + this);
          }
        }
        lines.wait(100);
      }
    }
  }

  /** Waits for the JVM's own end. */
  public int exitStatus() throws InterruptedException {
    int status = process.waitFor();
    for (Thread reader : readers) {
      reader.join(5_000);
    }
    if (hung) {
      throw new AssertionError("it hung and was killed; " + this);
    }
    return status;
  }

  /** Sends SIGKILL. */
  public void kill() {
    process.destroyForcibly();
  }

  /** Sends SIGINT, as Ctrl-C does. */
  public void interrupt() throws IOException, InterruptedException {
    signal("INT");
  }

  /** Sends a signal by its name, like {@code STOP}. */
  public void signal(String name) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
  }

  public List<String> out() {
    return copy(out);
  }

  public List<String> err() {
    return copy(err);
  }

  private static List<String> copy(List<String> lines) {
    synchronized (lines) {
      return Collections.unmodifiableList(new ArrayList<>(lines));
    }
  }

  /** Lines on stderr that are ours. */
  public List<String> messages() {
    return err().stream()
        .filter(line -> line.startsWith("[ramshot] ") || line.startsWith("ramshot: "))
        .collect(Collectors.toList());
  }

  /**
   * Ends it. A hang is told here too, because clients of a JVM that hung know only that it went.
   */
  @Override
  public void close() {
    kill();
    watchdog.interrupt();
    if (hung) {
      throw new AssertionError("it hung and was killed; " + this);
    }
  }

  @Override
  public String toString() {
    return "process "
        + process.pid()
        + (process.isAlive() ? " is alive" : " ended with " + process.exitValue())
        + "\n--- stdout\n"
        + String.join("\n", out())
        + "\n--- stderr\n"
        + String.join("\n", err());
  }
}
