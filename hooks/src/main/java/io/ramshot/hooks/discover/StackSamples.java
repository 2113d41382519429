package io.ramshot.hooks.discover;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Where the host's busy threads are, by their stacks, taken again and again. */
final class StackSamples {

  /** A method of the host, as stack traces name it: they do not tell overloads apart. */
  record Method(String className, String name) {}

  /** How often a method was on a thread's stack, and how far out. */
  static final class Presence {
    int samples;
    long depths;

    /** Mean number of host methods around it. */
    double depth() {
      return (double) depths / samples;
    }
  }

  /** One thread. */
  static final class Busy {
    final String name;
    int samples;
    final Map<Method, Presence> methods = new HashMap<>();

    /** Called by the thread itself, and so never again while it lives. */
    private Method root;

    /**
     * Whether the thread began in this method. It is not to be hooked: it would go on in the
     * interpreter for as long as it runs.
     */
    boolean isRoot(Method method) {
      return method.equals(root);
    }

    /** Native methods of the host that were on top, and how often. */
    private final Map<Method, Integer> onTop = new HashMap<>();

    /** Native methods of the host that the thread was in, the most frequent first. */
    List<Method> natives() {
      List<Method> all = new ArrayList<>(onTop.keySet());
      all.sort(Comparator.comparing(m -> -onTop.get(m)));
      return all;
    }

    /** Share of the thread's samples that a native method was on top of, 0 to 1. */
    double nativeShare(Method method) {
      return (double) onTop.getOrDefault(method, 0) / samples;
    }

    Busy(String name) {
      this.name = name;
    }

    /** Share of the thread's samples that a method is in, 0 to 1. */
    double share(Method method) {
      Presence presence = methods.get(method);
      return presence == null ? 0 : (double) presence.samples / samples;
    }

    double depth(Method method) {
      return methods.get(method).depth();
    }
  }

  /** Where the JDK's native methods wait for the world outside. */
  private static final List<String> WAITING =
      List.of("java.io.", "java.net.", "sun.nio.", "sun.net.", "jdk.net.");

  /** Bounds what is remembered of one thread. */
  private static final int MAX_METHODS = 2000;

  private final HostCode code;
  private final Map<Thread, Busy> threads = new HashMap<>();
  private int samples;
  private int seen;

  StackSamples(HostCode code) {
    this.code = code;
  }

  /** Takes all stacks once; the JVM stands still meanwhile. */
  void take() {
    Map<Thread, StackTraceElement[]> stacks = Thread.getAllStackTraces();
    samples++;
    seen = Math.max(seen, stacks.size());
    for (var entry : stacks.entrySet()) {
      Thread thread = entry.getKey();
      StackTraceElement[] stack = entry.getValue();
      if (thread != Thread.currentThread() && stack.length > 0 && isRunning(thread, stack[0])) {
        add(thread, stack);
      }
    }
  }

  /** A thread that waits in a system call counts as runnable too. */
  private static boolean isRunning(Thread thread, StackTraceElement top) {
    return thread.getState() == Thread.State.RUNNABLE
        && !(top.isNativeMethod() && WAITING.stream().anyMatch(top.getClassName()::startsWith));
  }

  private void add(Thread thread, StackTraceElement[] stack) {
    Set<Method> outermostFirst = new LinkedHashSet<>();
    for (int i = stack.length - 1; i >= 0; i--) {
      StackTraceElement frame = stack[i];
      if (code.find(frame.getClassName()) != null && !frame.getMethodName().startsWith("<")) {
        outermostFirst.add(new Method(frame.getClassName(), frame.getMethodName()));
      }
    }
    if (outermostFirst.isEmpty()) {
      return;
    }
    Busy busy = threads.computeIfAbsent(thread, t -> new Busy(t.getName()));
    busy.samples++;
    busy.root = isBegun(stack) ? outermostFirst.iterator().next() : null;
    StackTraceElement top = stack[0];
    if (top.isNativeMethod() && code.find(top.getClassName()) != null) {
      busy.onTop.merge(new Method(top.getClassName(), top.getMethodName()), 1, Integer::sum);
    }
    int depth = 0;
    for (Method method : outermostFirst) {
      if (busy.methods.size() < MAX_METHODS || busy.methods.containsKey(method)) {
        Presence presence = busy.methods.computeIfAbsent(method, m -> new Presence());
        presence.samples++;
        presence.depths += depth;
      }
      depth++;
    }
  }

  /** Whether nobody but its thread calls the outermost method of the host: no pool does. */
  private boolean isBegun(StackTraceElement[] stack) {
    for (int i = stack.length - 1; i >= 0; i--) {
      String name = stack[i].getClassName();
      if (code.find(name) != null) {
        return true;
      }
      if (!name.equals(Thread.class.getName())) {
        return false;
      }
    }
    return false;
  }

  /** How often stacks were taken. */
  int samples() {
    return samples;
  }

  /** The most threads that were alive at once. */
  int threadsSeen() {
    return seen;
  }

  /** Those that were found running often, the busiest first. */
  List<Busy> busy() {
    List<Busy> all = new ArrayList<>(threads.values());
    all.sort(Comparator.comparingInt((Busy b) -> b.samples).reversed());
    int most = all.isEmpty() ? 0 : all.get(0).samples;
    all.removeIf(b -> b.samples < Math.max(5, Math.max(samples / 10, most / 5)));
    return all;
  }

  /** Share of all samples in which a thread was running, 0 to 1. */
  double share(Busy busy) {
    return samples == 0 ? 0 : (double) busy.samples / samples;
  }
}
