package io.ramshot.hooks.discover;

import io.ramshot.hooks.Signatures;
import io.ramshot.hooks.StateMethods;
import io.ramshot.hooks.StateSpec;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.description.type.TypeDescription;

/** Methods of host classes that look as if they saved and loaded state. */
final class StateCandidates {

  private static final List<String> SAVES =
      List.of(
          "save", "snapshot", "serialize", "dump", "store", "write", "export", "capture", "get");
  private static final List<String> LOADS =
      List.of("load", "restore", "deserialize", "read", "import", "apply", "set");

  private StateCandidates() {}

  /** Values of the option {@code state}, for those of the classes that have such methods. */
  static List<String> of(Set<Class<?>> classes) {
    List<String> found = new ArrayList<>();
    for (Class<?> type : classes) {
      String value = of(type);
      if (value != null) {
        found.add(value);
      }
    }
    return found;
  }

  private static String of(Class<?> type) {
    TypeDescription description = TypeDescription.ForLoadedType.of(type);
    Set<String> names = new LinkedHashSet<>();
    for (TypeDescription t : Signatures.hierarchy(description)) {
      Signatures.methods(t).stream().map(MethodDescription::getName).forEach(names::add);
    }
    for (String save : SAVES) {
      for (String name : names) {
        if (!name.startsWith(save)) {
          continue;
        }
        String rest = name.substring(save.length());
        // Everybody has a getter: only those of a state count.
        if (save.equals("get") && !rest.matches("(?i).*(state|memento|snapshot).*")) {
          continue;
        }
        for (String load : LOADS) {
          for (String wanted : List.of(load + rest, load + rest.replace("To", "From"))) {
            String value = type.getName() + "::" + name + "/" + wanted;
            if (names.contains(wanted)
                && !(save.equals("get") && isSetting(description, name))
                && fits(description, value)) {
              return value;
            }
          }
        }
      }
    }
    return null;
  }

  /** Whether what is got is one value, as of a setting that has "state" in its name. */
  private static boolean isSetting(TypeDescription type, String name) {
    return Signatures.hierarchy(type).stream()
        .flatMap(t -> Signatures.methods(t).stream())
        .filter(method -> method.getName().equals(name))
        .map(method -> method.getReturnType().asErasure())
        .anyMatch(got -> got.isPrimitive() || got.isEnum() || got.represents(String.class));
  }

  private static boolean fits(TypeDescription type, String value) {
    try {
      StateMethods.find(type, StateSpec.parse(value));
      return true;
    } catch (NoSuchMethodException | IllegalArgumentException e) {
      return false;
    }
  }
}
