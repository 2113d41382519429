package io.ramshot.agent.cli;

import picocli.CommandLine.Parameters;

/** The JVM that a command is about. */
final class PidParameter {

  @Parameters(index = "0", paramLabel = "<pid>", description = "process id of the JVM, as from jps")
  private long pid;

  long pid() {
    return pid;
  }
}
