package io.ramshot.uffd;

/** The C library's words for its errors. */
public final class ErrorTexts {

  private ErrorTexts() {}

  public static String of(int error) throws EngineException {
    Engine.load();
    return Engine.rs_error_text(error);
  }
}
