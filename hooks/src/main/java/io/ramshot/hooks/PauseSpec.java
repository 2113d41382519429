package io.ramshot.hooks;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A method without parameters that makes a native engine return from a long call.
 *
 * @param className binary name, nested classes with {@code $}
 * @param method its name
 */
public record PauseSpec(String className, String method) {

  private static final Pattern SYNTAX =
      Pattern.compile("([\\w.$]+)::([\\w$]+)(?:\\(\\))?", Pattern.UNICODE_CHARACTER_CLASS);

  static PauseSpec parse(String text) {
    Matcher m = SYNTAX.matcher(text);
    if (!m.matches()) {
      throw new IllegalArgumentException(
          "pause=" + text + " names no method without parameters: write com.example.Engine::stop");
    }
    return new PauseSpec(m.group(1), m.group(2));
  }

  @Override
  public String toString() {
    return className + "::" + method;
  }
}
