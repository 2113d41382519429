package io.ramshot.hooks.discover;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The byte code of what busy threads run: finds the methods that a loop calls, which the compiler
 * has inlined so that stacks do not show them.
 */
final class HotCode {

  /** A call is of one of so many classes, or it tells nothing. */
  private static final int MOST_CLASSES = 12;

  private final HostCode code;
  private final Map<Class<?>, Map<String, MethodCode>> read = new HashMap<>();

  HotCode(HostCode code) {
    this.code = code;
  }

  /** Its code; null if it is not known. */
  MethodCode of(StackSamples.Method method) {
    Class<?> type = code.find(method.className());
    return type == null ? null : methods(type).get(method.name());
  }

  private Map<String, MethodCode> methods(Class<?> type) {
    return read.computeIfAbsent(type, MethodCode::of);
  }

  /** Whether it only reads: such a method is no gate. */
  boolean isGetter(StackSamples.Method method) {
    MethodCode body = of(method);
    return body != null && body.isGetter();
  }

  /** Whether all that it changes it changes through what it calls, as far as is known. */
  boolean onlyCalls(StackSamples.Method method) {
    MethodCode body = of(method);
    return body != null && body.onlyCalls();
  }

  /** Whether it writes anything itself. */
  boolean writes(StackSamples.Method method) {
    MethodCode body = of(method);
    return body != null && (body.fields() || body.memory());
  }

  /** Whether it writes fields itself. */
  boolean writesFields(StackSamples.Method method) {
    MethodCode body = of(method);
    return body != null && body.fields();
  }

  /** The host's methods that a method calls, as the classes of its receivers implement them. */
  Set<StackSamples.Method> called(StackSamples.Method method) {
    MethodCode body = of(method);
    Set<StackSamples.Method> called = new LinkedHashSet<>();
    if (body != null) {
      for (MethodCode.Call call : body.calls()) {
        Class<?> owner = code.find(call.owner());
        if (owner != null) {
          called.addAll(implementations(owner, call.name()));
        }
      }
    }
    called.remove(method);
    return called;
  }

  private Set<StackSamples.Method> implementations(Class<?> owner, String name) {
    Set<StackSamples.Method> found = new LinkedHashSet<>();
    int classes = 0;
    for (Class<?> type : code.implementing(owner)) {
      StackSamples.Method method = declared(type, name);
      if (method != null && found.add(method) && ++classes > MOST_CLASSES) {
        return Set.of();
      }
    }
    return found;
  }

  /** What is run for an object of a class: its own method, or the one it inherits. */
  private StackSamples.Method declared(Class<?> type, String name) {
    for (Class<?> t = type; t != null && HostCode.isHost(t); t = t.getSuperclass()) {
      if (methods(t).containsKey(name)) {
        return new StackSamples.Method(t.getName(), name);
      }
    }
    return null;
  }

  /**
   * Where a busy thread goes round without coming back: methods that it is in most of the time, and
   * what they call that stacks do not show.
   */
  Map<StackSamples.Method, List<StackSamples.Method>> hidden(StackSamples.Busy thread) {
    Map<StackSamples.Method, List<StackSamples.Method>> hidden = new LinkedHashMap<>();
    for (StackSamples.Method method : thread.methods.keySet()) {
      double share = thread.share(method);
      if (share < GateCandidate.LEAST_SHARE) {
        continue;
      }
      Set<StackSamples.Method> called = called(method);
      // What is seen inside it tells more than what might be.
      if (called.stream().noneMatch(c -> thread.share(c) >= 0.8 * share)) {
        List<StackSamples.Method> more = new ArrayList<>(called);
        more.removeIf(this::isGetter);
        if (!more.isEmpty()) {
          hidden.put(method, more);
        }
      }
    }
    return hidden;
  }
}
