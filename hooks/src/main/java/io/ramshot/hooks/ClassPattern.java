package io.ramshot.hooks;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A class with those nested in it ({@code com.example.Memory}), the classes of a package ({@code
 * com.example.*}), or those of its subpackages too ({@code com.example.**}).
 *
 * @param name of the class or the package
 * @param suffix {@code ""}, {@code ".*"} or {@code ".**"}
 */
public record ClassPattern(String name, String suffix) {

  private static final Pattern SYNTAX =
      Pattern.compile(
          "([\\w$]+(?:\\.[\\w$]+)*)(|\\.\\*|\\.\\*\\*)", Pattern.UNICODE_CHARACTER_CLASS);

  static ClassPattern parse(String text) {
    Matcher m = SYNTAX.matcher(text);
    if (!m.matches()) {
      throw new IllegalArgumentException(
          "ram.by="
              + text
              + " is no class or package: write com.example.Memory, com.example.* or"
              + " com.example.**");
    }
    return new ClassPattern(m.group(1), m.group(2));
  }

  boolean matches(String className) {
    if (!className.startsWith(name)) {
      return false;
    }
    int end = name.length();
    return switch (suffix) {
      case "" -> className.length() == end || className.charAt(end) == '$';
      case ".*" -> className.startsWith(".", end) && className.indexOf('.', end + 1) < 0;
      default -> className.startsWith(".", end);
    };
  }

  @Override
  public String toString() {
    return name + suffix;
  }
}
