package io.ramshot.hooks;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A method of the host that has native code map guest RAM, and the one that has it unmapped.
 *
 * @param className binary name, nested classes with {@code $}
 * @param map the method that maps
 * @param parameters what {@code map} takes, which chooses one overload: simple or full names of
 *     types; or {@code size} for the bytes to map, and any other lower-case word that is no
 *     primitive type for what does not matter; null for all overloads
 * @param unmap the method that unmaps, all overloads of it; or null if nobody tells
 */
public record NativeSpec(String className, String map, List<String> parameters, String unmap) {

  private static final String SIZE = "size";

  private static final List<String> PRIMITIVES =
      List.of("boolean", "byte", "char", "short", "int", "long", "float", "double");

  private static final Pattern SYNTAX =
      Pattern.compile(
          "([\\w.$]+)::([\\w$]+)(?:\\(([\\w.$\\[\\], ]*)\\))?(?:/([\\w$]+))?",
          Pattern.UNICODE_CHARACTER_CLASS);

  static NativeSpec parse(String text) {
    Matcher m = SYNTAX.matcher(text);
    if (!m.matches()) {
      throw new IllegalArgumentException(
          "ram.native="
              + text
              + " names no method: write com.example.Engine::map, ::map(addr,size) to say which"
              + " parameter has the bytes, or ::map/unmap if another method unmaps");
    }
    String names = m.group(3);
    List<String> parameters =
        names == null
            ? null
            : names.isBlank() ? List.of() : List.of(names.replace(" ", "").split(",", -1));
    return new NativeSpec(m.group(1), m.group(2), parameters, m.group(4));
  }

  /** Whether parameters of these types, by their full names, are meant. */
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
      if (!isRole(wanted)
          && !actual.equals(wanted)
          && !actual.endsWith("." + wanted)
          && !actual.endsWith("$" + wanted)) {
        return false;
      }
    }
    return true;
  }

  /** Which parameter has the bytes to map, or -1 if that is not said. */
  int sizeIndex() {
    return parameters == null ? -1 : parameters.indexOf(SIZE);
  }

  private static boolean isRole(String word) {
    return !word.isEmpty()
        && !PRIMITIVES.contains(word)
        && word.chars().allMatch(c -> Character.isLowerCase(c) || c == '_');
  }

  /** What gives blocks their names. */
  String site() {
    return className + "." + map;
  }

  @Override
  public String toString() {
    return className
        + "::"
        + map
        + (parameters == null ? "" : "(" + String.join(",", parameters) + ")")
        + (unmap == null ? "" : "/" + unmap);
  }
}
