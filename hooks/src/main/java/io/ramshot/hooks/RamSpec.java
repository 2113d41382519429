package io.ramshot.hooks;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A field that holds guest RAM.
 *
 * @param className binary name, nested classes with {@code $}
 * @param field of objects of the class, or static; the class may inherit it
 * @param part the field of the objects in its table that have the RAM, or null if it has it itself
 */
public record RamSpec(String className, String field, String part) {

  private static final Pattern SYNTAX =
      Pattern.compile("([\\w.$]+)#([\\w$-]+)(?:\\.([\\w$-]+))?", Pattern.UNICODE_CHARACTER_CLASS);

  RamSpec(String className, String field) {
    this(className, field, null);
  }

  static RamSpec parse(String text) {
    Matcher m = SYNTAX.matcher(text);
    if (!m.matches()) {
      throw new IllegalArgumentException(
          "ram="
              + text
              + " names no field: write com.example.Memory#bytes, or none alone for a guest whose"
              + " state is all in state=");
    }
    return new RamSpec(m.group(1), m.group(2), m.group(3));
  }

  /** What gives blocks their names. */
  String site() {
    return className + "." + path();
  }

  private String path() {
    return part == null ? field : field + "." + part;
  }

  @Override
  public String toString() {
    return className + "#" + path();
  }
}
