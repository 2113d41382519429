package io.ramshot.agent.cli;

/** What the process tells its caller. */
final class ExitStatus {
  static final int DONE = 0;

  /** The command failed, the image is damaged. */
  static final int FAILED = 1;

  /** The command line makes no sense. */
  static final int USAGE = 2;

  /** The snapshot was cancelled, by Ctrl-C or by somebody else. */
  static final int CANCELLED = 3;

  /** Of {@code diff}, as diff(1) has it: the images differ. */
  static final int DIFFERENT = 1;

  /** Of {@code diff}: they could not be compared. */
  static final int TROUBLE = 2;

  private ExitStatus() {}
}
