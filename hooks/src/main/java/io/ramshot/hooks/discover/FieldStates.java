package io.ramshot.hooks.discover;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * State by fields, for a host without methods that save it: the fields of one class, and of those
 * whose objects it refers to. What fields cannot capture is left out by name, so that a snapshot
 * can be taken, and is told.
 */
final class FieldStates {

  /** Classes; a graph of more is not a machine's registers. */
  private static final int MOST = 12;

  private static final Set<Class<?>> CAPTURED =
      Set.of(
          String.class,
          Boolean.class,
          Byte.class,
          Short.class,
          Character.class,
          Integer.class,
          Long.class,
          Float.class,
          Double.class,
          AtomicBoolean.class,
          AtomicInteger.class,
          AtomicLong.class);

  private final Set<String> ram;
  private final Deque<Class<?>> waiting = new ArrayDeque<>();
  private final Set<Class<?>> all = new LinkedHashSet<>();
  private final Set<String> options = new LinkedHashSet<>();
  private final List<String> left = new ArrayList<>();

  /**
   * @param ram fields that the profile takes as RAM, as {@code class#field}
   */
  FieldStates(Set<String> ram) {
    this.ram = ram;
  }

  /** Adds a class and what it refers to. */
  void add(Class<?> type) {
    want(type);
    while (!waiting.isEmpty()) {
      Class<?> next = waiting.remove();
      try {
        options.add(option(next));
      } catch (LinkageError e) {
        left.add(next.getName() + " (it mentions a class that is not there)");
      }
    }
  }

  /** Values of the option {@code state}. */
  Set<String> options() {
    return options;
  }

  /** Fields that are not captured, as {@code class.field}. */
  List<String> left() {
    return left;
  }

  private boolean want(Class<?> type) {
    if (all.contains(type)) {
      return true;
    }
    if (all.size() == MOST) {
      return false;
    }
    all.add(type);
    return waiting.add(type);
  }

  private String option(Class<?> type) {
    Set<String> without = new LinkedHashSet<>();
    for (Class<?> t = type; t != null && t != Object.class; t = t.getSuperclass()) {
      if (HostCode.isHost(t)) {
        addUncaptured(t, without);
      } else if (hasFields(t)) {
        without.add(t.getName());
        left.add("fields of " + t.getName());
      }
    }
    return "fields:" + type.getName() + (without.isEmpty() ? "" : "-" + String.join("-", without));
  }

  private void addUncaptured(Class<?> type, Set<String> without) {
    for (Field field : type.getDeclaredFields()) {
      boolean outer = field.isSynthetic() && Modifier.isFinal(field.getModifiers());
      if (!Modifier.isStatic(field.getModifiers())
          && !outer
          && !ram.contains(type.getName() + "#" + field.getName())
          && !isCaptured(field.getType())) {
        without.add(field.getName());
        left.add(type.getName() + "." + field.getName());
      }
    }
  }

  private boolean isCaptured(Class<?> type) {
    return type.isPrimitive()
        || type.isEnum()
        || CAPTURED.contains(type)
        || HeapRam.isArrayOfPrimitives(type)
        || isObject(type) && want(type);
  }

  /** Whether its objects are of this class, as far as can be told, and the host's own. */
  private static boolean isObject(Class<?> type) {
    return HostCode.isHost(type)
        && !type.isInterface()
        && !Modifier.isAbstract(type.getModifiers())
        && !type.isRecord();
  }

  private static boolean hasFields(Class<?> type) {
    for (Field field : type.getDeclaredFields()) {
      if (!Modifier.isStatic(field.getModifiers())) {
        return true;
      }
    }
    return false;
  }
}
