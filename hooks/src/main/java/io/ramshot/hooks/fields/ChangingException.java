package io.ramshot.hooks.fields;

/** Something is changed all the while it is looked at. */
public final class ChangingException extends Exception {
  private static final long serialVersionUID = 1L;

  ChangingException() {
    super(null, null, false, false);
  }
}
