package io.ramshot.hooks.discover;

import java.lang.instrument.Instrumentation;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Tells a host's classes from the JDK's and ramshot's own. */
final class HostCode {

  /** The agent's class loader, which holds its libraries too. */
  private static final String OWN_LOADER = "ramshot";

  private final Map<String, Class<?>> byName = new HashMap<>();
  private final Set<String> twice = new HashSet<>();

  HostCode(Instrumentation instrumentation) {
    for (Class<?> type : instrumentation.getAllLoadedClasses()) {
      if (isHost(type)) {
        if (byName.putIfAbsent(type.getName(), type) != null) {
          twice.add(type.getName());
        }
      }
    }
  }

  static boolean isHost(Class<?> type) {
    ClassLoader loader = type.getClassLoader();
    String name = type.getName();
    return loader != null
        && loader != ClassLoader.getPlatformClassLoader()
        && !OWN_LOADER.equals(loader.getName())
        && !type.isArray()
        && !type.isHidden()
        && !isOwn(name);
  }

  private static boolean isOwn(String name) {
    return name.startsWith("io.ramshot.") && !name.startsWith("io.ramshot.sample.");
  }

  /** The host's class of this name, or null: it is the JDK's, or ours, or hidden. */
  Class<?> find(String name) {
    return byName.get(name);
  }

  /** The host's classes whose objects may be used as one of this class, itself among them. */
  List<Class<?>> implementing(Class<?> type) {
    return byName.values().stream()
        .filter(t -> type.isAssignableFrom(t) && !t.isInterface())
        .sorted(Comparator.comparing(Class::getName))
        .toList();
  }

  /** Whether several class loaders have a class of this name. */
  boolean isTwice(String name) {
    return twice.contains(name);
  }
}
