package io.ramshot.sample.state;

/** Bytes that are not the state of this machine. */
public final class BadStateException extends IllegalArgumentException {

  private static final long serialVersionUID = 1;

  /**
   * @param reason completes the sentence "this is no state of this machine: ..."
   */
  public BadStateException(String reason) {
    super("this is no state of this machine: " + reason);
  }
}
