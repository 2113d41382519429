package io.ramshot.uffd;

import io.ramshot.text.Printable;

/** The engine refused, or cannot be had: the message says what, where, and what to do about it. */
public final class EngineException extends Exception {
  private static final long serialVersionUID = 1L;

  EngineException(String message) {
    super(Printable.line(message));
  }

  EngineException(String message, Throwable cause) {
    super(Printable.line(message), cause);
  }
}
