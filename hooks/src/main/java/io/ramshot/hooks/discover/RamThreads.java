package io.ramshot.hooks.discover;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Tells which busy threads may write guest RAM: those that run code of a class that holds RAM, or
 * of one with a field for an object of such a class.
 *
 * <p>Stacks are taken at safepoints, and the last step to RAM, which is short, is seldom on them:
 * so the code before it counts too.
 */
final class RamThreads {
  private final HostCode code;
  private final Set<Class<?>> holders = new HashSet<>();
  private final Map<String, Boolean> known = new HashMap<>();

  /**
   * @param ram what the profile takes
   */
  RamThreads(HostCode code, List<RamCandidate> ram) {
    this.code = code;
    for (RamCandidate candidate : ram) {
      addHolder(candidate.owner());
      addHolder(code.find(candidate.value()));
    }
  }

  private void addHolder(Class<?> type) {
    for (Class<?> t = type; t != null && HostCode.isHost(t); t = t.getSuperclass()) {
      holders.add(t);
    }
  }

  /** Whether RAM has a class that could be seen on a stack. */
  boolean canTell() {
    return !holders.isEmpty();
  }

  /** Whether a thread was seen in code that comes at RAM. */
  boolean reaches(StackSamples.Busy thread) {
    return thread.methods.keySet().stream().anyMatch(m -> reaches(m.className()));
  }

  private boolean reaches(String className) {
    Boolean before = known.get(className);
    if (before == null) {
      before = comesAtRam(code.find(className));
      known.put(className, before);
    }
    return before;
  }

  private boolean comesAtRam(Class<?> type) {
    if (type == null) {
      return false;
    }
    List<Class<?>> hierarchy = new ArrayList<>();
    for (Class<?> t = type; t != null && HostCode.isHost(t); t = t.getSuperclass()) {
      hierarchy.add(t);
    }
    return hierarchy.stream().anyMatch(t -> holders.contains(t) || hasFieldForHolder(t));
  }

  private boolean hasFieldForHolder(Class<?> type) {
    try {
      for (Field field : type.getDeclaredFields()) {
        Class<?> declared = field.getType();
        if (HostCode.isHost(declared)
            && holders.stream().anyMatch(h -> declared.isAssignableFrom(h))) {
          return true;
        }
      }
    } catch (LinkageError e) {
      return false; // It mentions a class that is not there.
    }
    return false;
  }
}
