package io.ramshot.table;

/** A table that cannot be what an image has of it; the message ends in what to do. */
public final class TableException extends Exception {
  private static final long serialVersionUID = 1L;

  TableException(String message) {
    super(message);
  }
}
