package io.ramshot.hooks.fields;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;

/** Fields that native code may have filled: a handle or an address, garbage in the next JVM. */
public final class NativeFields {

  /** Of bindings that keep addresses in their own classes. */
  private static final String[] BINDINGS = {"com.sun.jna.", "jnr.ffi.", "org.bytedeco."};

  private NativeFields() {}

  /**
   * Whether a number of an object may be a handle: native methods of the class that declares it, or
   * of one below, can fill it; those of parents do not know it.
   *
   * @param type of the object
   */
  public static boolean mayBeHandle(Field field, Class<?> type) {
    if (field.getType() != long.class && field.getType() != int.class) {
      return false;
    }
    if (isOfBinding(field.getDeclaringClass())) {
      return true;
    }
    Class<?> end = field.getDeclaringClass().getSuperclass();
    for (Class<?> at = type; at != end; at = at.getSuperclass()) {
      if (hasNativeMethods(at)) {
        return true;
      }
    }
    return false;
  }

  private static boolean hasNativeMethods(Class<?> type) {
    try {
      for (Method method : type.getDeclaredMethods()) {
        if (Modifier.isNative(method.getModifiers())) {
          return true;
        }
      }
    } catch (LinkageError e) {
      return false; // It mentions a class that is not there, so nobody can tell.
    }
    return false;
  }

  /** Whether an object is an address of native memory, or holds one. */
  public static boolean isAddress(Class<?> type) {
    for (Class<?> at = type; at != null; at = at.getSuperclass()) {
      if (isOfBinding(at) || at.getName().startsWith("jdk.internal.foreign.")) {
        return true;
      }
    }
    return false;
  }

  private static boolean isOfBinding(Class<?> type) {
    for (String prefix : BINDINGS) {
      if (type.getName().startsWith(prefix)) {
        return true;
      }
    }
    return false;
  }
}
