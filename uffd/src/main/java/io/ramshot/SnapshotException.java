package io.ramshot;

import io.ramshot.text.Printable;

/** A snapshot or a restore that failed: the message says what, where, and what to do about it. */
public final class SnapshotException extends Exception {
  private static final long serialVersionUID = 1L;

  public SnapshotException(String message) {
    super(Printable.line(message));
  }

  public SnapshotException(String message, Throwable cause) {
    super(Printable.line(message), cause);
  }
}
