package io.ramshot.agent.core;

import io.ramshot.hooks.RamSpec;
import io.ramshot.hooks.StateSpec;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Host classes on a vCPU's stack whose objects no image of these options has the state of: a
 * restored guest begins with them as the host made them.
 *
 * <p>Told from classes alone, for a stack does not give its objects away. A class counts if its
 * objects have numbers that can change, in fields or in arrays that are not guest RAM; flags alone
 * are a host's switches.
 *
 * @param lost surely not in the image
 * @param doubtful named by no {@code state=}, but an object that is saved by methods of its own
 *     refers to it, and may save it as well
 */
record UncoveredState(List<Class<?>> lost, List<Doubt> doubtful) {

  static final UncoveredState NONE = new UncoveredState(List.of(), List.of());

  private static final int NAMES_SHOWN = 3;

  /** How far an object that saves more than itself reaches. */
  private static final int REACH = 2;

  /** A class, and what may have saved it. */
  record Doubt(Class<?> type, StateSpec by) {}

  /**
   * @param stack classes whose methods were called on objects, the gated one first
   * @param state what is saved
   * @param ram fields with guest RAM
   */
  static UncoveredState of(List<Class<?>> stack, List<StateSpec> state, List<RamSpec> ram) {
    List<Class<?>> lost = new ArrayList<>();
    List<Doubt> doubtful = new ArrayList<>();
    for (Class<?> type : new LinkedHashSet<>(stack)) {
      if (isSaved(type, state) || !hasNumbers(type, ram)) {
        continue;
      }
      StateSpec by = null;
      boolean certain = false;
      for (StateSpec spec : state) {
        Class<?> saved = spec.isFields() ? null : load(spec.className(), type);
        if (saved != null && refers(saved, type, REACH)) {
          by = spec;
          certain |= stack.stream().anyMatch(caller -> isOne(caller, saved));
        }
      }
      if (by == null) {
        lost.add(type);
      } else if (!certain) {
        doubtful.add(new Doubt(type, by));
      }
    }
    /* Of a class and its parent on one stack there is one object. */
    lost.removeIf(type -> lost.stream().anyMatch(o -> o != type && type.isAssignableFrom(o)));
    return new UncoveredState(List.copyOf(lost), List.copyOf(doubtful));
  }

  boolean isEmpty() {
    return lost.isEmpty() && doubtful.isEmpty();
  }

  /** A few names of what is lost. */
  String names() {
    return cut(lost.stream().map(Class::getName).toList());
  }

  /** The word for one class that is lost, or for several. */
  String verb(String one, String several) {
    return lost.size() == 1 ? one : several;
  }

  /** What would have saved it. */
  String remedy() {
    return "state="
        + lost.stream()
            .limit(NAMES_SHOWN)
            .map(type -> "fields:" + type.getName())
            .collect(Collectors.joining(";"));
  }

  /** What may have been saved by others, in one clause; empty for none. */
  String doubts() {
    return doubtful.isEmpty()
        ? ""
        : cut(doubtful.stream().map(doubt -> doubt.type().getName()).toList())
            + " on the vCPU's stack only as far as "
            + doubtful.get(0).by()
            + " covers it";
  }

  /** The first names, and how many more there are. */
  static String cut(List<String> names) {
    int more = names.size() - NAMES_SHOWN;
    return String.join(", ", names.subList(0, Math.min(NAMES_SHOWN, names.size())))
        + (more > 0 ? " and " + more + " more" : "");
  }

  private static boolean isSaved(Class<?> type, List<StateSpec> state) {
    return state.stream().anyMatch(spec -> isOne(type, load(spec.className(), type)));
  }

  /** Whether an object may be of both; a stack tells the class of a method, not of an object. */
  private static boolean isOne(Class<?> type, Class<?> other) {
    return other != null && (type.isAssignableFrom(other) || other.isAssignableFrom(type));
  }

  /** As the other class sees it; null if it does not. */
  private static Class<?> load(String name, Class<?> from) {
    try {
      return Class.forName(name, false, from.getClassLoader());
    } catch (ClassNotFoundException | LinkageError e) {
      return null;
    }
  }

  private static boolean hasNumbers(Class<?> type, List<RamSpec> ram) {
    return fields(type).stream()
        .anyMatch(field -> isNumber(field) && ram.stream().noneMatch(spec -> isRam(field, spec)));
  }

  private static boolean isRam(Field field, RamSpec spec) {
    Class<?> owner = field.getDeclaringClass();
    return spec.field().equals(field.getName()) && isOne(owner, load(spec.className(), owner));
  }

  private static boolean isNumber(Field field) {
    Class<?> type = field.getType();
    if (!type.isArray()) {
      return type.isPrimitive() && type != boolean.class && !Modifier.isFinal(field.getModifiers());
    }
    while (type.isArray()) {
      type = type.getComponentType();
    }
    return type.isPrimitive();
  }

  private static boolean refers(Class<?> from, Class<?> to, int reach) {
    for (Field field : fields(from)) {
      Class<?> type = field.getType();
      while (type.isArray()) {
        type = type.getComponentType();
      }
      if (type.getClassLoader() != null
          && (isOne(type, to) || reach > 1 && refers(type, to, reach - 1))) {
        return true;
      }
    }
    return false;
  }

  /** Of objects, in the class and its parents that are the host's. */
  private static Set<Field> fields(Class<?> type) {
    Set<Field> fields = new LinkedHashSet<>();
    for (Class<?> at = type; at != null && at.getClassLoader() != null; at = at.getSuperclass()) {
      try {
        for (Field field : at.getDeclaredFields()) {
          if (!Modifier.isStatic(field.getModifiers()) && !field.isSynthetic()) {
            fields.add(field);
          }
        }
      } catch (LinkageError e) {
        continue; /* a field is of a class that is not there */
      }
    }
    return fields;
  }
}
