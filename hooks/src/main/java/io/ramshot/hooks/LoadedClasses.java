package io.ramshot.hooks;

import java.lang.instrument.Instrumentation;
import java.util.ArrayList;
import java.util.List;

/** The host's classes that are loaded just now, for messages about those that are not. */
final class LoadedClasses {

  /** More than a third of the letters of a simple name changed is another name. */
  private static final int LEAST_LIKENESS = 3;

  private final Instrumentation instrumentation;

  LoadedClasses(Instrumentation instrumentation) {
    this.instrumentation = instrumentation;
  }

  /** {@code "; nearest: com.example.Board"}, or nothing if no loaded class has a similar name. */
  String nearest(String className) {
    List<String> names = new ArrayList<>();
    for (Class<?> type : instrumentation.getAllLoadedClasses()) {
      if (isHosts(type)) {
        names.add(type.getName());
      }
    }
    List<String> nearest = Nearest.to(className, names, name -> name, 1);
    return nearest.isEmpty()
            || Nearest.distance(className, nearest.get(0)) * LEAST_LIKENESS
                > className.length() - className.lastIndexOf('.') - 1
        ? ""
        : "; nearest: " + nearest.get(0);
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

  private static boolean isHosts(Class<?> type) {
    return !type.isArray()
        && !type.isHidden()
        && type.getClassLoader() != null
        && type.getClassLoader() != ClassLoader.getPlatformClassLoader();
  }
}
