package io.ramshot.hooks;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A method whose running instances are vCPU quanta.
 *
 * @param className binary name, nested classes with {@code $}
 * @param method its name
 * @param parameters simple or full names of the parameter types, which choose one overload; or null
 *     for all overloads
 */
public record GateSpec(String className, String method, List<String> parameters) {

  private static final Pattern SYNTAX =
      Pattern.compile(
          "([\\w.$]+)::([\\w$]+)(?:\\(([\\w.$\\[\\], ]*)\\))?", Pattern.UNICODE_CHARACTER_CLASS);

  static GateSpec parse(String text) {
    Matcher m = SYNTAX.matcher(text);
    if (!m.matches()) {
      throw new IllegalArgumentException(
          "gate="
              + text
              + " names no method: write com.example.Board::step, or"
              + " com.example.Board::step(int,long) for one overload");
    }
    String types = m.group(3);
    List<String> parameters =
        types == null
            ? null
            : types.isBlank() ? List.of() : List.of(types.replace(" ", "").split(",", -1));
    return new GateSpec(m.group(1), m.group(2), parameters);
  }

  /** Whether these parameter types, by their full names ({@code int[]} for arrays), are meant. */
  boolean matches(List<String> typeNames) {
    if (parameters == null) {
      return true;
    }
    if (parameters.size() != typeNames.size()) {
      return false;
    }
    for (int i = 0; i < parameters.size(); i++) {
      String wanted = parameters.get(i);
      String actual = typeNames.get(i);
      if (!actual.equals(wanted)
          && !actual.endsWith("." + wanted)
          && !actual.endsWith("$" + wanted)) {
        return false;
      }
    }
    return true;
  }

  @Override
  public String toString() {
    return className
        + "::"
        + method
        + (parameters == null ? "" : "(" + String.join(",", parameters) + ")");
  }
}
