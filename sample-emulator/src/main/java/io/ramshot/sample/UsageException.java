package io.ramshot.sample;

/** A command line, or a file named on it, that the emulator cannot work with. */
final class UsageException extends Exception {

  private static final long serialVersionUID = 1;

  /**
   * @param message names the value and the remedy, in one line
   */
  UsageException(String message) {
    super(message);
  }
}
