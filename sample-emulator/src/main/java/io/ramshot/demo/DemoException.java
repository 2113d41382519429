package io.ramshot.demo;

/** Something that the demo promises does not hold, or cannot be tried here: one line says what. */
final class DemoException extends Exception {
  private static final long serialVersionUID = 1L;

  DemoException(String message) {
    super(message);
  }

  DemoException(String message, Throwable cause) {
    super(message, cause);
  }

  /** Throws unless {@code holds}. */
  static void require(boolean holds, String format, Object... values) throws DemoException {
    if (!holds) {
      throw new DemoException(Units.format(format, values));
    }
  }
}
