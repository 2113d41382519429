package io.ramshot.agent.cli;

import io.ramshot.text.Printable;

/** A command that failed: one line for the user, and the exit status. */
final class CommandException extends Exception {
  private static final long serialVersionUID = 1L;

  private final int status;

  CommandException(String message) {
    this(ExitStatus.FAILED, message);
  }

  CommandException(int status, String message) {
    super(Printable.line(message));
    this.status = status;
  }

  int status() {
    return status;
  }
}
