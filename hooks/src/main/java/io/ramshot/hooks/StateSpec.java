package io.ramshot.hooks;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A host class whose objects belong to a checkpoint.
 *
 * @param className binary name, nested classes with {@code $}
 * @param save the method that writes an object's state
 * @param load the method that takes a state on
 */
public record StateSpec(String className, String save, String load) {

  private static final Pattern SYNTAX =
      Pattern.compile("([\\w.$]+)::([\\w$]+)/([\\w$]+)", Pattern.UNICODE_CHARACTER_CLASS);

  public static StateSpec parse(String text) {
    Matcher m = SYNTAX.matcher(text);
    if (!m.matches()) {
      throw new IllegalArgumentException(
          "state=" + text + " names no two methods: write com.example.Board::save/load");
    }
    return new StateSpec(m.group(1), m.group(2), m.group(3));
  }

  @Override
  public String toString() {
    return className + "::" + save + "/" + load;
  }
}
