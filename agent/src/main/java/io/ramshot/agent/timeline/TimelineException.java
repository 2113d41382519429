package io.ramshot.agent.timeline;

/** What a timeline cannot do: one line that names what it is about and says what to do. */
public final class TimelineException extends Exception {
  private static final long serialVersionUID = 1L;

  public TimelineException(String message) {
    super(message);
  }

  TimelineException(String message, Throwable cause) {
    super(message, cause);
  }
}
