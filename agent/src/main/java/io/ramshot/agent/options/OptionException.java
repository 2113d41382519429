package io.ramshot.agent.options;

import io.ramshot.text.Printable;

/** An option that cannot be taken: one line that names it and says what to give instead. */
public final class OptionException extends Exception {
  private static final long serialVersionUID = 1L;

  public OptionException(String message) {
    super(Printable.line(message));
  }
}
