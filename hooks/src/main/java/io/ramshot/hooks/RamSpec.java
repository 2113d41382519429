package io.ramshot.hooks;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A field that holds guest RAM.
 *
 * @param className binary name, nested classes with {@code $}
 * @param field of objects of the class, or static; the class may inherit it
 */
public record RamSpec(String className, String field) {

  private static final Pattern SYNTAX =
      Pattern.compile("([\\w.$]+)#([\\w$-]+)", Pattern.UNICODE_CHARACTER_CLASS);

  static RamSpec parse(String text) {
    Matcher m = SYNTAX.matcher(text);
    if (!m.matches()) {
      throw new IllegalArgumentException(
          "ram=" + text + " names no field: write com.example.Memory#bytes");
    }
    return new RamSpec(m.group(1), m.group(2));
  }

  /** What gives blocks their names. */
  String site() {
    return className + "." + field;
  }

  @Override
  public String toString() {
    return className + "#" + field;
  }
}
