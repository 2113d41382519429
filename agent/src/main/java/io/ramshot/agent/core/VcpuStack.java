package io.ramshot.agent.core;

import io.ramshot.hooks.GateSpec;
import java.lang.StackWalker.StackFrame;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The host's classes on the stack of a vCPU that has come to a gate: those of which a method was
 * called on an object, the gated one first. The thread's own main method is left out: what it is
 * called on is the thread's, not the guest's.
 */
final class VcpuStack {
  /** Enough for any loop around a CPU, and bounds what is looked at. */
  private static final int FRAMES = 64;

  /** One call: in which class, and whether on an object. */
  private record Call(Class<?> type, boolean onObject) {}

  private VcpuStack() {}

  /** Of the calling thread, which is at a gate. */
  static List<Class<?>> here() {
    List<Call> calls =
        StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE)
            .walk(
                frames ->
                    frames
                        .filter(frame -> isHosts(frame.getDeclaringClass()))
                        .limit(FRAMES)
                        .map(VcpuStack::call)
                        .toList());
    return classes(calls);
  }

  /**
   * Of another thread, as it is just now; between two quanta, as it will be in the next.
   *
   * @param gates that vCPUs have come to
   * @param loaded the host's classes, by name
   */
  static List<Class<?>> of(
      StackTraceElement[] stack, List<GateSpec> gates, Function<String, Class<?>> loaded) {
    int gate = -1;
    List<Call> calls = new ArrayList<>();
    for (int i = 0; i < stack.length; i++) {
      StackTraceElement frame = stack[i];
      if (gates.stream().anyMatch(spec -> isAt(frame, spec))) {
        gate = i; /* the outermost: that is where a restored vCPU begins */
      }
    }
    if (gate < 0) {
      for (GateSpec spec : gates) {
        Class<?> type = loaded.apply(spec.className());
        if (type != null) {
          calls.add(call(type, spec.method()));
        }
      }
    }
    for (int i = Math.max(gate, 0); i < stack.length && calls.size() < FRAMES; i++) {
      Class<?> type = loaded.apply(stack[i].getClassName());
      if (type != null && isHosts(type)) {
        calls.add(call(type, stack[i].getMethodName()));
      }
    }
    return classes(calls);
  }

  private static boolean isAt(StackTraceElement frame, GateSpec gate) {
    return gate.className().equals(frame.getClassName())
        && gate.method().equals(frame.getMethodName());
  }

  /** A stack trace does not tell overloads apart. */
  private static Call call(Class<?> type, String name) {
    try {
      return new Call(
          type,
          Stream.of(type.getDeclaredMethods())
              .filter(method -> method.getName().equals(name))
              .noneMatch(method -> Modifier.isStatic(method.getModifiers())));
    } catch (LinkageError e) {
      return new Call(type, true); /* it names a class that is not there */
    }
  }

  private static List<Class<?>> classes(List<Call> calls) {
    List<Class<?>> types = new ArrayList<>();
    for (int i = 0; i < calls.size(); i++) {
      if (calls.get(i).onObject() && (i == 0 || i + 1 < calls.size())) {
        types.add(calls.get(i).type());
      }
    }
    return types;
  }

  private static Call call(StackFrame frame) {
    Class<?> type = frame.getDeclaringClass();
    try {
      Method method =
          type.getDeclaredMethod(frame.getMethodName(), frame.getMethodType().parameterArray());
      return new Call(type, !Modifier.isStatic(method.getModifiers()));
    } catch (NoSuchMethodException | LinkageError | RuntimeException e) {
      return new Call(type, true); /* a constructor, or of a class that is not there */
    }
  }

  /** Neither the JDK's nor ramshot's. */
  private static boolean isHosts(Class<?> type) {
    ClassLoader loader = type.getClassLoader();
    return loader != null
        && loader != VcpuStack.class.getClassLoader()
        && loader != ClassLoader.getPlatformClassLoader();
  }
}
