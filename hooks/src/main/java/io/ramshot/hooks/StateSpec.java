package io.ramshot.hooks;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A host class whose objects belong to a checkpoint: by two methods of it, or by its fields.
 *
 * @param className binary name, nested classes with {@code $}
 * @param save the method that writes an object's state; null for fields
 * @param load the method that takes a state on; null for fields
 * @param left fields, and parents from the JDK, that are not captured and stay as the host makes
 *     them; empty for methods
 */
public record StateSpec(String className, String save, String load, List<String> left) {

  private static final Pattern METHODS =
      Pattern.compile("([\\w.$]+)::([\\w$]+)/([\\w$]+)", Pattern.UNICODE_CHARACTER_CLASS);

  private static final String FIELDS_PREFIX = "fields:";

  /** A minus, because shells leave it alone inside of a word. */
  private static final Pattern FIELDS =
      Pattern.compile(
          FIELDS_PREFIX + "([\\w.$]+)((?:-[\\w.$]+)*)", Pattern.UNICODE_CHARACTER_CLASS);

  public StateSpec {
    left = List.copyOf(left);
  }

  /** Of two methods. */
  public StateSpec(String className, String save, String load) {
    this(className, save, load, List.of());
  }

  public static StateSpec parse(String text) {
    Matcher fields = FIELDS.matcher(text);
    if (fields.matches()) {
      return ofFields(
          fields.group(1),
          Arrays.stream(fields.group(2).split("-")).filter(name -> !name.isEmpty()).toList());
    }
    if (text.startsWith(FIELDS_PREFIX)) {
      throw new IllegalArgumentException(
          "state="
              + text
              + " names no class: write fields:com.example.Cpu, or fields:com.example.Cpu-bus to"
              + " leave its field bus as it is");
    }
    Matcher methods = METHODS.matcher(text);
    if (!methods.matches()) {
      throw new IllegalArgumentException(
          "state="
              + text
              + " names no two methods: write com.example.Board::save/load, or"
              + " fields:com.example.Board");
    }
    return new StateSpec(methods.group(1), methods.group(2), methods.group(3));
  }

  static StateSpec ofFields(String className, List<String> left) {
    return new StateSpec(className, null, null, left);
  }

  /** Whether the fields are captured; otherwise methods are called. */
  public boolean isFields() {
    return save == null;
  }

  @Override
  public String toString() {
    if (!isFields()) {
      return className + "::" + save + "/" + load;
    }
    return FIELDS_PREFIX + className + (left.isEmpty() ? "" : "-" + String.join("-", left));
  }
}
