package io.ramshot.hooks.discover;

import io.ramshot.hooks.Access;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * State by fields, for a host without methods that save it: the fields of the objects that a vCPU
 * runs in, and of those they refer to, by the classes that these have at run time. What fields
 * cannot capture is left out by name, so that a snapshot can be taken, and is told.
 */
final class FieldStates {

  /** Classes; a graph of more is not a machine's registers. */
  private static final int MOST = 24;

  /** Objects; of a machine's thousand pages one tells as much as all. */
  private static final int MOST_OBJECTS = 4000;

  private final Set<String> ram;
  private final Access access;
  private final FieldValues values = new FieldValues();
  private final NativeHandle handles = new NativeHandle();
  private final Deque<Object> waiting = new ArrayDeque<>();
  private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
  private final Set<Class<?>> roots = new LinkedHashSet<>();

  /** Fields that are left, for each class. */
  private final Map<Class<?>, Set<String>> without = new LinkedHashMap<>();

  /** Fields that are not captured, as {@code class.field}, with the reason. */
  private final Map<String, String> left = new LinkedHashMap<>();

  /**
   * @param ram fields that the profile takes as RAM, as {@code class#field}
   */
  FieldStates(Set<String> ram, Access access) {
    this.ram = ram;
    this.access = access;
  }

  /** Adds an object that a vCPU runs in, and what it refers to. */
  void add(Object root) {
    roots.add(root.getClass());
    want(root);
    while (!waiting.isEmpty()) {
      Object next = waiting.remove();
      try {
        look(next);
      } catch (LinkageError e) {
        left.put(next.getClass().getName(), "it mentions a class that is not there");
      }
    }
  }

  /** Values of the option {@code state}. */
  Set<String> options() {
    Set<String> options = new LinkedHashSet<>();
    without.forEach(
        (type, fields) ->
            options.add(
                "fields:"
                    + type.getName()
                    + (fields.isEmpty() ? "" : "-" + String.join("-", fields))));
    return options;
  }

  /** Classes whose objects are captured. */
  Set<Class<?>> classes() {
    return without.keySet();
  }

  /** What is not captured, as {@code class.field (why)}. */
  List<String> left() {
    return left.entrySet().stream()
        .map(e -> e.getKey() + " (" + e.getValue() + ")")
        .collect(Collectors.toList());
  }

  /**
   * Leaves a field more.
   *
   * @return whether it was captured so far
   */
  boolean leave(String className, String field, String why) {
    for (var entry : without.entrySet()) {
      if (entry.getKey().getName().equals(className) && entry.getValue().add(field)) {
        left.putIfAbsent(className + "." + field, why);
        return true;
      }
    }
    return false;
  }

  /** Whether a field of a class that is captured is of a primitive type. */
  boolean isNumber(String className, String field) {
    for (Class<?> type : without.keySet()) {
      if (type.getName().equals(className)) {
        for (Class<?> t = type; t != null; t = t.getSuperclass()) {
          for (Field declared : t.getDeclaredFields()) {
            if (declared.getName().equals(field)) {
              return declared.getType().isPrimitive();
            }
          }
        }
      }
    }
    return false;
  }

  private boolean want(Object object) {
    Class<?> type = object.getClass();
    if (!without.containsKey(type)) {
      if (without.size() == MOST || !isCapturable(type)) {
        return false;
      }
      without.put(type, new LinkedHashSet<>());
    }
    if (seen.size() < MOST_OBJECTS && seen.add(object)) {
      waiting.add(object);
    }
    return true;
  }

  /** What a vCPU runs in may be a thread too; what is only referred to is the host's own then. */
  private boolean isCapturable(Class<?> type) {
    return HostCode.isHost(type)
        && !type.isRecord()
        && !type.isEnum()
        && (roots.contains(type) || jdkParent(type) == null);
  }

  /** The parent with fields that is the JDK's, or null. */
  private static Class<?> jdkParent(Class<?> type) {
    for (Class<?> t = type; t != null; t = t.getSuperclass()) {
      if (!HostCode.isHost(t) && hasFields(t)) {
        return t;
      }
    }
    return null;
  }

  private void look(Object object) {
    Class<?> type = object.getClass();
    for (Class<?> t = type; t != null && t != Object.class; t = t.getSuperclass()) {
      if (HostCode.isHost(t)) {
        boolean hasNative = hasNativeMethods(t);
        for (Field field : t.getDeclaredFields()) {
          if (!Modifier.isStatic(field.getModifiers()) && !isRam(type, field)) {
            look(type, object, field, hasNative);
          }
        }
      } else if (hasFields(t)) {
        leave(type.getName(), t.getName(), "the JDK's fields");
      }
    }
  }

  private void look(Class<?> type, Object object, Field field, boolean hasNative) {
    Object value;
    try {
      value = access.to(field, field.getDeclaringClass()).get(object);
    } catch (ReflectiveOperationException | RuntimeException e) {
      leave(type.getName(), field.getName(), "it cannot be read");
      return;
    }
    boolean outer = field.isSynthetic() && Modifier.isFinal(field.getModifiers());
    if (value instanceof Long number
        && field.getType() == long.class
        && hasNative
        && handles.is(field, number)) {
      leave(
          type.getName(),
          field.getName(),
          "native code's: an address or handle is another one in the next JVM");
      return;
    }
    boolean isHosts =
        value != null && HostCode.isHost(value.getClass()) && !(value instanceof Enum);
    if (isHosts ? want(value) : values.isCaptured(field, value)) {
      return;
    }
    values.parts(value).forEach(this::want);
    if (!outer) {
      leave(
          type.getName(),
          field.getName(),
          value == null ? "null now" : "a " + value.getClass().getTypeName());
    }
  }

  private boolean isRam(Class<?> type, Field field) {
    for (Class<?> t = type; t != null; t = t.getSuperclass()) {
      if (ram.contains(t.getName() + "#" + field.getName())) {
        return true;
      }
    }
    return false;
  }

  private static boolean hasNativeMethods(Class<?> type) {
    for (Method method : type.getDeclaredMethods()) {
      if (Modifier.isNative(method.getModifiers())) {
        return true;
      }
    }
    return false;
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
