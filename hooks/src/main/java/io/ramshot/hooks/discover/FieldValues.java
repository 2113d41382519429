package io.ramshot.hooks.discover;

import java.lang.reflect.Field;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** What fields hold, and whether it can be captured as it is. */
final class FieldValues {

  /** Of a collection or an array that is looked into. */
  private static final int MOST_PARTS = 64;

  private static final Set<Class<?>> PLAIN =
      Set.of(
          String.class,
          Boolean.class,
          Byte.class,
          Short.class,
          Character.class,
          Integer.class,
          Long.class,
          Float.class,
          Double.class);

  private static final Set<Class<?>> ATOMIC =
      Set.of(AtomicBoolean.class, AtomicInteger.class, AtomicLong.class);

  /** Whether a value that is no object of the host's is captured with its field. */
  boolean isCaptured(Field field, Object value) {
    Class<?> type = field.getType();
    if (type.isPrimitive()
        || type.isEnum()
        || PLAIN.contains(type)
        || ATOMIC.contains(type)
        || HeapRam.isArrayOfPrimitives(type)) {
      return true;
    }
    if (value == null) {
      // What is to come is the host's, or nothing can be said of it.
      return HostCode.isHost(type) && !type.isInterface() && !type.isRecord();
    }
    Class<?> actual = value.getClass();
    return PLAIN.contains(actual)
        || ATOMIC.contains(actual)
        || value instanceof Enum
        || HeapRam.isArrayOfPrimitives(actual)
        || value instanceof Collection<?> all && isPlain(field, all);
  }

  /** A keyboard's queue, say. */
  private static boolean isPlain(Field field, Collection<?> value) {
    if (!isOfJdk(value)) {
      return false;
    }
    if (field.getGenericType() instanceof ParameterizedType generic) {
      Type[] elements = generic.getActualTypeArguments();
      return elements.length == 1 && elements[0] instanceof Class<?> c && PLAIN.contains(c);
    }
    List<Object> parts = sample(value);
    return !parts.isEmpty() && parts.stream().allMatch(p -> PLAIN.contains(p.getClass()));
  }

  /** Objects of the host in an array or a collection of the JDK's. */
  List<Object> parts(Object value) {
    List<Object> parts =
        value instanceof Object[] array
            ? Arrays.stream(array).limit(MOST_PARTS).toList()
            : value instanceof Collection<?> all && isOfJdk(all)
                ? sample(all)
                : value instanceof Map<?, ?> map && isOfJdk(map) ? sample(map.values()) : List.of();
    return parts.stream().filter(p -> p != null && HostCode.isHost(p.getClass())).toList();
  }

  private static boolean isOfJdk(Object value) {
    return value.getClass().getName().startsWith("java.util.");
  }

  private static List<Object> sample(Collection<?> all) {
    List<Object> parts = new ArrayList<>();
    try {
      for (Object part : all) {
        if (parts.size() == MOST_PARTS) {
          break;
        }
        if (part != null) {
          parts.add(part);
        }
      }
    } catch (RuntimeException e) {
      return parts; // The host changes it just now.
    }
    return parts;
  }
}
