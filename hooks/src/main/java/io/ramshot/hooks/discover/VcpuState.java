package io.ramshot.hooks.discover;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Which classes vCPU threads were seen in have state of their own that a profile does not capture:
 * a restore would set them back.
 */
final class VcpuState {

  /** Seen in fewer of a thread's samples, it matters less. */
  private static final double LEAST_SHARE = 0.1;

  private final HostCode code;
  private final Set<String> ram;

  /**
   * @param ram fields that are RAM, as {@code class#field}
   */
  VcpuState(HostCode code, Set<String> ram) {
    this.code = code;
    this.ram = ram;
  }

  /** Classes inside of a gate, or that have one, with fields that no captured class has. */
  Set<String> missing(List<GateCandidate> gates, Collection<Class<?>> captured) {
    Set<String> missing = new LinkedHashSet<>();
    for (GateCandidate gate : gates) {
      add(gate.count().method().className(), gate.count().isStatic(), captured, missing);
      StackSamples.Method own = gate.count().method();
      double from = gate.loop() == null ? gate.thread().depth(own) : 0;
      if (gate.loop() != null) {
        continue; // Stacks do not show what is inside.
      }
      for (StackSamples.Method method : gate.thread().methods.keySet()) {
        if (gate.thread().share(method) >= LEAST_SHARE && gate.thread().depth(method) >= from) {
          add(method.className(), false, captured, missing);
        }
      }
    }
    return missing;
  }

  private void add(
      String className, boolean isStatic, Collection<Class<?>> captured, Set<String> missing) {
    Class<?> type = code.find(className);
    if (type == null) {
      return;
    }
    if (isStatic && has(type, true)) {
      missing.add(className + " (static fields, which state=fields: does not capture)");
    }
    boolean isCaptured = captured.stream().anyMatch(type::isAssignableFrom);
    if (!isCaptured && hasInHierarchy(type)) {
      missing.add(className);
    }
  }

  private boolean hasInHierarchy(Class<?> type) {
    for (Class<?> t = type; t != null && HostCode.isHost(t); t = t.getSuperclass()) {
      if (has(t, false)) {
        return true;
      }
    }
    return false;
  }

  private boolean has(Class<?> type, boolean isStatic) {
    try {
      for (Field field : type.getDeclaredFields()) {
        int modifiers = field.getModifiers();
        if (Modifier.isStatic(modifiers) == isStatic
            && !field.isSynthetic()
            && !(Modifier.isFinal(modifiers) && !field.getType().isArray())
            && !ram.contains(type.getName() + "#" + field.getName())) {
          return true;
        }
      }
    } catch (LinkageError e) {
      return false; // It mentions a class that is not there.
    }
    return false;
  }
}
