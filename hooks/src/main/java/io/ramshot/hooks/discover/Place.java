package io.ramshot.hooks.discover;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;

/**
 * A host's field that holds memory.
 *
 * @param field private or not, static or not
 */
record Place(Field field) {

  Class<?> owner() {
    return field.getDeclaringClass();
  }

  boolean isStatic() {
    return Modifier.isStatic(field.getModifiers());
  }

  /** As the option {@code ram} wants it. */
  String option() {
    return owner().getName() + "#" + field.getName();
  }
}
