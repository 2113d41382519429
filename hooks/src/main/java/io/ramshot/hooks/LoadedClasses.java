package io.ramshot.hooks;

import java.lang.instrument.Instrumentation;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The host's classes that are loaded just now, for messages about those that are not. */
final class LoadedClasses {

  /** More than a third of the letters of a simple name changed is another name. */
  private static final int LEAST_LIKENESS = 3;

  private final Instrumentation instrumentation;

  LoadedClasses(Instrumentation instrumentation) {
    this.instrumentation = instrumentation;
  }

  /**
   * Whether a main class, say, has been loaded: a JVM that prints its version has none. What the
   * JDK generates for reflection is in loaders of its own.
   */
  boolean any() {
    for (Class<?> type : instrumentation.getAllLoadedClasses()) {
      if (type.getClassLoader() == ClassLoader.getSystemClassLoader() && isHosts(type)) {
        return true;
      }
    }
    return false;
  }

  /** {@code "; nearest: com.example.Board"}, or nothing if no loaded class has a similar name. */
  String nearest(String className) {
    List<String> nearest = nearest(className, 1);
    return nearest.isEmpty() ? "" : "; nearest: " + nearest.get(0);
  }

  /**
   * The host's classes with the same simple name or a similar one, the most similar first; the
   * package may be another one. Looks at simple names only, and at those of about the same length:
   * hosts load tens of thousands of classes.
   */
  List<String> nearest(String className, int count) {
    String simple = simpleName(className);
    int most = simple.length() / LEAST_LIKENESS;
    Set<String> similar = new LinkedHashSet<>();
    for (Class<?> type : instrumentation.getAllLoadedClasses()) {
      String name = simpleName(type.getName());
      if (Math.abs(name.length() - simple.length()) <= most
          && isHosts(type)
          && Nearest.distance(simple, name) <= most) {
        similar.add(type.getName());
      }
    }
    List<String> byWholeName = Nearest.to(className, similar, n -> n, similar.size());
    return Nearest.to(simple, byWholeName, LoadedClasses::simpleName, count);
  }

  private static String simpleName(String className) {
    return className.substring(className.lastIndexOf('.') + 1);
  }

  /** Classes that have code and extend or implement one that is named. */
  List<String> implementing(String className) {
    List<String> names = new ArrayList<>();
    for (Class<?> type : instrumentation.getAllLoadedClasses()) {
      if (isHosts(type) && !type.getName().equals(className) && isA(type, className)) {
        names.add(type.getName());
      }
    }
    return names;
  }

  private static boolean isA(Class<?> type, String className) {
    if (type == null) {
      return false;
    }
    if (type.getName().equals(className)) {
      return true;
    }
    for (Class<?> parent : type.getInterfaces()) {
      if (isA(parent, className)) {
        return true;
      }
    }
    return isA(type.getSuperclass(), className);
  }

  /** Ramshot and its libraries, which an agent has behind a loader of its own. */
  private static boolean isOurs(Class<?> type) {
    ClassLoader own = LoadedClasses.class.getClassLoader();
    return type.getName().startsWith("io.ramshot.agent.")
        || type.getClassLoader() == own && own != ClassLoader.getSystemClassLoader();
  }

  private static boolean isHosts(Class<?> type) {
    return !type.isArray()
        && !type.isHidden()
        && type.getClassLoader() != null
        && type.getClassLoader() != ClassLoader.getPlatformClassLoader()
        && !isOurs(type);
  }
}
