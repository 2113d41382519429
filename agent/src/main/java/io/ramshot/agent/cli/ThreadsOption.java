package io.ramshot.agent.cli;

import picocli.CommandLine.Option;

/** How many threads a command may keep busy. */
final class ThreadsOption {
  private static final int MAX = 256;

  /** Each thread has some MiB of memory; more than this is seldom faster than the disk. */
  private static final int DEFAULT_MAX = 8;

  @Option(
      names = "--threads",
      paramLabel = "<number>",
      description = "threads that work. Default: one a CPU, at most 8")
  private Integer given;

  int count() throws CommandException {
    if (given == null) {
      return Math.min(Runtime.getRuntime().availableProcessors(), DEFAULT_MAX);
    }
    if (given < 1 || given > MAX) {
      throw new CommandException(
          ExitStatus.USAGE, "--threads=" + given + " is out of bounds: give 1 to " + MAX);
    }
    return given;
  }
}
