package io.ramshot.hooks;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
 * @param numbers fields that hold numbers, whatever they look like
 * @param addresses fields that hold addresses of guest RAM, which move with it
 */
public record StateSpec(
    String className,
    String save,
    String load,
    List<String> left,
    List<String> numbers,
    List<String> addresses) {

  private static final Pattern METHODS =
      Pattern.compile("([\\w.$]+)::([\\w$]+)/([\\w$]+)", Pattern.UNICODE_CHARACTER_CLASS);

  private static final String FIELDS_PREFIX = "fields:";

  /** Signs that shells leave alone inside of a word. */
  private static final Pattern FIELDS =
      Pattern.compile(
          FIELDS_PREFIX + "([\\w.$]+)((?:[-+@][\\w.$]+)*)", Pattern.UNICODE_CHARACTER_CLASS);

  private static final Pattern FIELD =
      Pattern.compile("([-+@])([\\w.$]+)", Pattern.UNICODE_CHARACTER_CLASS);

  public StateSpec {
    left = List.copyOf(left);
    numbers = List.copyOf(numbers);
    addresses = List.copyOf(addresses);
  }

  /** Of two methods. */
  public StateSpec(String className, String save, String load) {
    this(className, save, load, List.of(), List.of(), List.of());
  }

  public static StateSpec parse(String text) {
    Matcher fields = FIELDS.matcher(text);
    if (fields.matches()) {
      return ofFields(fields.group(1), fields.group(2));
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
    return new StateSpec(className, null, null, left, List.of(), List.of());
  }

  private static StateSpec ofFields(String className, String signed) {
    Map<String, List<String>> names = new HashMap<>();
    Matcher field = FIELD.matcher(signed);
    while (field.find()) {
      names.computeIfAbsent(field.group(1), sign -> new ArrayList<>()).add(field.group(2));
    }
    return new StateSpec(
        className,
        null,
        null,
        names.getOrDefault("-", List.of()),
        names.getOrDefault("+", List.of()),
        names.getOrDefault("@", List.of()));
  }

  /** The option that leaves some more fields, to be pasted. */
  StateSpec leaving(Collection<String> more) {
    return new StateSpec(
        className,
        save,
        load,
        joined(left, more, List.of()),
        joined(numbers, List.of(), more),
        joined(addresses, List.of(), more));
  }

  /** The option that takes some more fields as numbers, to be pasted. */
  StateSpec withNumbers(Collection<String> more) {
    return new StateSpec(
        className,
        save,
        load,
        left,
        joined(numbers, more, List.of()),
        joined(addresses, List.of(), more));
  }

  /** The option that takes some more fields as addresses, to be pasted. */
  StateSpec withAddresses(Collection<String> more) {
    return new StateSpec(
        className,
        save,
        load,
        left,
        joined(numbers, List.of(), more),
        joined(addresses, more, List.of()));
  }

  private static List<String> joined(
      List<String> some, Collection<String> more, Collection<String> without) {
    Set<String> all = new LinkedHashSet<>(some);
    all.addAll(more);
    all.removeAll(without);
    return List.copyOf(all);
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
    return FIELDS_PREFIX
        + className
        + signed("-", left)
        + signed("+", numbers)
        + signed("@", addresses);
  }

  private static String signed(String sign, List<String> names) {
    return names.isEmpty() ? "" : sign + String.join(sign, names);
  }
}
