package io.ramshot.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The processes that the demo has started: none outlives it. */
final class Children {
  private static final long KILLED_SECONDS = 10;

  /** Lets the kernel kill a child whose parent was killed itself and could do nothing. */
  private static final Path SETPRIV = Path.of("/usr/bin/setpriv");

  private final List<Process> processes = new ArrayList<>();
  private boolean closed;

  /**
   * Starts a process. Only the main thread may: when the thread that started it ends, the kernel
   * kills the child.
   */
  synchronized Process start(ProcessBuilder builder) throws DemoException {
    DemoException.require(!closed, "the demo is ending");
    List<String> command = new ArrayList<>();
    if (Files.isExecutable(SETPRIV)) {
      command.addAll(List.of(SETPRIV.toString(), "--pdeathsig", "KILL", "--"));
    }
    command.addAll(builder.command());
    for (String name : List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS")) {
      builder.environment().remove(name);
    }
    try {
      Process process = builder.command(command).start();
      processes.add(process);
      return process;
    } catch (IOException e) {
      throw new DemoException("cannot start a process: " + e.getMessage(), e);
    }
  }

  synchronized List<Process> alive() {
    return processes.stream().filter(Process::isAlive).toList();
  }

  /** Sends SIGKILL and waits for the end. */
  static void kill(Process process) {
    process.destroyForcibly();
    try {
      process.waitFor(KILLED_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Kills all, and lets no other start. */
  synchronized void close() {
    closed = true;
    processes.forEach(Process::destroyForcibly);
    processes.forEach(Children::kill);
  }
}
