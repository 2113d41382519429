package io.ramshot.hooks;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A field that holds guest RAM once its object is constructed.
 *
 * @param className binary name, nested classes with {@code $}
 * @param field an instance field: a {@code long} with an address, or a direct buffer
 */
public record HolderSpec(String className, String field) {

  private static final Pattern SYNTAX =
      Pattern.compile("([\\w.$]+)#([\\w$]+)", Pattern.UNICODE_CHARACTER_CLASS);

  static HolderSpec parse(String text) {
    Matcher m = SYNTAX.matcher(text);
    if (!m.matches()) {
      throw new IllegalArgumentException(
          "ram.holder=" + text + " names no field: write com.example.Memory#address");
    }
    return new HolderSpec(m.group(1), m.group(2));
  }

  @Override
  public String toString() {
    return className + "#" + field;
  }
}
