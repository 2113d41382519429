package io.ramshot.agent.timeline;

import io.ramshot.text.Printable;

/** What a timeline cannot do: one line that names what it is about and says what to do. */
public final class TimelineException extends Exception {
  private static final long serialVersionUID = 1L;

  public TimelineException(String message) {
    super(Printable.line(message));
  }

  TimelineException(String message, Throwable cause) {
    super(Printable.line(message), cause);
  }
}
