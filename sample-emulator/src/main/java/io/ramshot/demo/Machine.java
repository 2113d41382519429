package io.ramshot.demo;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A sample machine in a JVM of its own, with ramshot as its agent. */
final class Machine {
  /** How ramshot is told where the vCPU runs, and what besides RAM makes up the machine. */
  static final String GATE = "gate=io.ramshot.sample.board.Board::step";

  static final String STATE = "state=io.ramshot.sample.board.Board::save/load";

  private static final int LAST_ERRORS = 5;
  private static final long ERRORS_MILLIS = 1_000;

  /** Of a command that is shown, in characters. */
  private static final int LINE_LENGTH = 74;

  private static final String AGENT_PREFIX = "[ramshot] ";

  /** The first JDK that warns of native code and of sun.misc.Unsafe, which both are meant here. */
  private static final int FIRST_TO_WARN = 24;

  private final Process process;
  private final OutputStream keyboard;
  private final Uart uart = new Uart();
  private final List<String> errors = new ArrayList<>();
  private final Thread errorReader;

  private Machine(Process process, Story story) {
    this.process = process;
    this.keyboard = process.getOutputStream();
    reader("uart", () -> uart.read(process.getInputStream(), story));
    this.errorReader = reader("stderr", () -> readErrors(story));
  }

  /**
   * Starts one.
   *
   * @param agentOptions what follows {@code -javaagent:ramshot.jar=}
   * @param arguments the machine's own
   */
  static Machine start(
      Project project,
      Children children,
      Story story,
      List<String> agentOptions,
      List<String> arguments)
      throws DemoException {
    List<String> command = new ArrayList<>();
    command.add(java());
    command.add("-javaagent:" + project.agentJar() + "=" + String.join(",", agentOptions));
    if (Runtime.version().feature() >= FIRST_TO_WARN) {
      command.add("--enable-native-access=ALL-UNNAMED");
      command.add("--sun-misc-unsafe-memory-access=allow");
    }
    command.addAll(List.of("-jar", project.machineJar().toString()));
    command.addAll(arguments);
    return new Machine(children.start(new ProcessBuilder(command)), story);
  }

  /** This JDK's launcher. */
  static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  private static Thread reader(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private void readErrors(Story story) {
    try (BufferedReader in =
        new BufferedReader(
            new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8))) {
      for (String line; (line = in.readLine()) != null; ) {
        synchronized (errors) {
          errors.add(line);
        }
        story.overhear("err ", line);
      }
    } catch (IOException e) {
      // Killed.
    }
  }

  Uart uart() {
    return uart;
  }

  long pid() {
    return process.pid();
  }

  /** Sends bytes to the serial port. */
  void type(String keys) throws DemoException {
    try {
      keyboard.write(keys.getBytes(StandardCharsets.ISO_8859_1));
      keyboard.flush();
    } catch (IOException e) {
      throw new DemoException("the machine does not take what is typed: " + e.getMessage(), e);
    }
  }

  /** The newest line of ramshot that contains a text, without its prefix. */
  Optional<String> agentLine(String containing) {
    synchronized (errors) {
      return errors.stream()
          .filter(line -> line.startsWith(AGENT_PREFIX) && line.contains(containing))
          .reduce((older, newer) -> newer)
          .map(line -> line.substring(AGENT_PREFIX.length()));
    }
  }

  /** The last lines of stderr of a machine that has ended; none while it runs. */
  List<String> lastErrors() throws InterruptedException {
    if (process.isAlive()) {
      return List.of();
    }
    errorReader.join(ERRORS_MILLIS);
    synchronized (errors) {
      return List.copyOf(errors.subList(Math.max(0, errors.size() - LAST_ERRORS), errors.size()));
    }
  }

  /** Fails if it has ended. */
  void requireAlive() throws DemoException {
    DemoException.require(process.isAlive(), "the machine ended by itself");
  }

  void kill() {
    Children.kill(process);
  }

  /** Waits for its own end. */
  int exitStatus() throws InterruptedException {
    return process.waitFor();
  }

  /** The command line in short, for people. */
  static List<String> shortCommand(List<String> agentOptions, List<String> arguments) {
    List<String> lines = new ArrayList<>();
    String separator = "java -javaagent:ramshot.jar=";
    for (int i = 0; i < agentOptions.size(); i++) {
      lines.add(separator + agentOptions.get(i) + (i + 1 < agentOptions.size() ? "," : ""));
      separator = "     ";
    }
    List<String> shortened = new ArrayList<>();
    for (String argument : arguments) {
      shortened.add(argument.replaceAll("=.*" + File.separator, "="));
    }
    lines.add("     -jar sample-emulator.jar");
    for (String argument : shortened) {
      int end = lines.size() - 1;
      String longer = lines.get(end) + " " + argument;
      if (longer.length() <= LINE_LENGTH) {
        lines.set(end, longer);
      } else {
        lines.add("     " + argument);
      }
    }
    return lines;
  }
}
