package io.ramshot.demo;

/** A command line that makes no sense: one line says why. */
final class UsageException extends Exception {
  private static final long serialVersionUID = 1L;

  UsageException(String message) {
    super(message + "; try --help");
  }
}
