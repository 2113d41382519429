package io.ramshot.hooks;

import java.lang.instrument.Instrumentation;
import java.lang.reflect.AccessibleObject;
import java.util.Map;
import java.util.Set;

/** Makes private members of host classes accessible to ramshot, and to nobody else. */
public final class Access {

  private final Instrumentation instrumentation;

  public Access(Instrumentation instrumentation) {
    this.instrumentation = instrumentation;
  }

  /** Opens the declaring class's package to ramshot's module if it is not open already. */
  public <T extends AccessibleObject> T to(T member, Class<?> declaring) {
    Module module = declaring.getModule();
    Module own = Access.class.getModule();
    String pack = declaring.getPackageName();
    if (!module.isOpen(pack, own)) {
      instrumentation.redefineModule(
          module, Set.of(), Map.of(), Map.of(pack, Set.of(own)), Set.of(), Map.of());
    }
    member.setAccessible(true);
    return member;
  }

  /** Lets a module see and open what is in a class's package, as if all were on a class path. */
  void open(Class<?> type, Module to) {
    Module module = type.getModule();
    String pack = type.getPackageName();
    if (!module.isOpen(pack, to)) {
      Map<String, Set<Module>> packages = Map.of(pack, Set.of(to));
      instrumentation.redefineModule(module, Set.of(), packages, packages, Set.of(), Map.of());
    }
  }

  /** The class of this name among an object's class and its parents, or null. */
  static Class<?> declaring(Object instance, String className) {
    Class<?> type = instance.getClass();
    while (type != null && !type.getName().equals(className)) {
      type = type.getSuperclass();
    }
    return type;
  }
}
