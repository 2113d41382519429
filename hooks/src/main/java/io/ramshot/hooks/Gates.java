package io.ramshot.hooks;

import io.ramshot.boot.Gate;
import io.ramshot.boot.GateCell;
import io.ramshot.text.Listing;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.DynamicType;
import net.bytebuddy.matcher.ElementMatchers;

/** The configured gates: finds their methods in host classes, and remembers what became of them. */
final class Gates {

  private final List<GateSpec> specs;
  private final LoadedClasses classes;
  private final Consumer<String> warnings;
  private final boolean[] loaded;
  private final boolean[] onlyNative;
  private final List<List<String>> methods = new ArrayList<>();

  /**
   * Methods that may be running without advice, as {@code class.method}. Stack traces do not tell
   * overloads apart, so only methods all of whose overloads are gated are in it.
   */
  private final Set<String> unseen = new HashSet<>();

  private boolean warnedOfNoCalls;

  /** A line for each gate that nothing can come to. */
  private final List<String> absences = new ArrayList<>();

  /** Told of the next such gate, in place of the user; null if the guest may do without. */
  private Consumer<String> absent;

  Gates(List<GateSpec> specs, LoadedClasses classes, Consumer<String> warnings) {
    this.specs = specs;
    this.classes = classes;
    this.warnings = warnings;
    loaded = new boolean[specs.size()];
    onlyNative = new boolean[specs.size()];
    specs.forEach(s -> methods.add(List.of()));
  }

  /**
   * Adds advice to the gated methods of a class.
   *
   * @param wasLoaded whether the class existed before: its methods may be running without advice
   */
  DynamicType.Builder<?> hook(
      DynamicType.Builder<?> builder, TypeDescription type, boolean wasLoaded) {
    DynamicType.Builder<?> hooked = builder;
    for (int i = 0; i < specs.size(); i++) {
      GateSpec spec = specs.get(i);
      if (!spec.className().equals(type.getName())) {
        continue;
      }
      List<MethodDescription.InDefinedShape> matched =
          Signatures.methods(type).stream().filter(m -> matches(spec, m)).toList();
      List<MethodDescription.InDefinedShape> runnable =
          matched.stream().filter(m -> !m.isAbstract() && !m.isNative()).toList();
      synchronized (this) {
        loaded[i] = true;
        methods.set(i, runnable.stream().map(Signatures::withoutReturnType).toList());
        if (wasLoaded && isNameOf(matched, type)) {
          unseen.add(type.getName() + "." + spec.method());
        }
      }
      if (runnable.isEmpty()) {
        onlyNative[i] = matched.stream().anyMatch(MethodDescription::isNative);
        tellAbsent("gate=" + spec + ": " + absence(spec, type, matched));
        continue;
      }
      for (MethodDescription.InDefinedShape method : runnable) {
        if (method.isSynchronized()) {
          warnings.accept(
              "gate="
                  + spec
                  + " is synchronized: a vCPU waits at it with the monitor held, so saving state"
                  + " must not want that monitor");
        }
      }
      hooked =
          hooked.visit(
              Advice.withCustomMapping()
                  .bind(GateAdvice.Id.class, i)
                  .to(GateAdvice.class)
                  .on(ElementMatchers.anyOf(runnable.toArray())));
    }
    return hooked;
  }

  /**
   * Takes note of a class that could not be hooked.
   *
   * @return whether it has a gate; the line has been told then
   */
  boolean failed(String className, String line) {
    List<GateSpec> affected = specs.stream().filter(s -> s.className().equals(className)).toList();
    if (affected.isEmpty()) {
      return false;
    }
    tellAbsent("gate=" + affected.get(0) + ": " + line);
    return true;
  }

  /**
   * From now on, a gate that nothing can come to is no warning.
   *
   * @param newAbsent gets it in one line, at once if there is one already, by the thread that loads
   *     its class
   */
  void require(Consumer<String> newAbsent) {
    List<String> already;
    synchronized (this) {
      absent = newAbsent;
      already = List.copyOf(absences);
    }
    already.stream().limit(1).forEach(newAbsent);
  }

  private void tellAbsent(String line) {
    Consumer<String> told;
    synchronized (this) {
      absences.add(line);
      told = absent;
    }
    (told == null ? warnings : told).accept(line);
  }

  private static boolean matches(GateSpec spec, MethodDescription.InDefinedShape method) {
    return method.getName().equals(spec.method()) && spec.matches(Signatures.parameters(method));
  }

  /** Whether the class has no other methods of their name. */
  private static boolean isNameOf(
      List<MethodDescription.InDefinedShape> matched, TypeDescription type) {
    return !matched.isEmpty()
        && Signatures.methods(type).stream()
                .filter(m -> m.getName().equals(matched.get(0).getName()))
                .count()
            == matched.size();
  }

  private static String absence(
      GateSpec spec, TypeDescription type, List<MethodDescription.InDefinedShape> matched) {
    String wanted =
        spec.method()
            + (spec.parameters() == null ? "" : "(" + String.join(",", spec.parameters()) + ")");
    if (!matched.isEmpty()) {
      return matched.get(0).isNative()
          ? "%s of %s %s".formatted(wanted, type.getName(), WrappedNatives.REMEDY)
          : "%s of %s is abstract and has no code to gate: name the class that implements it"
              .formatted(wanted, type.getName());
    }
    for (TypeDescription parent : Signatures.hierarchy(type)) {
      if (Signatures.methods(parent).stream().anyMatch(m -> matches(spec, m))) {
        return "%s inherits %s: write gate=%s::%s"
            .formatted(type.getName(), wanted, parent.getName(), wanted);
      }
    }
    return type.getName()
        + " has no method "
        + wanted
        + Signatures.nearest(spec.method(), Signatures.methods(type));
  }

  synchronized List<GateInfo> infos() {
    List<GateInfo> infos = new ArrayList<>();
    for (int i = 0; i < specs.size(); i++) {
      infos.add(new GateInfo(specs.get(i), loaded[i], methods.get(i), Gate.called(i)));
    }
    return infos;
  }

  boolean anyCalled() {
    return infos().stream().anyMatch(GateInfo::called);
  }

  /** Warns, once, that a freeze has nothing to freeze. */
  void warnIfNothingCalled() {
    synchronized (this) {
      if (warnedOfNoCalls || specs.isEmpty() || anyCalled()) {
        return;
      }
      warnedOfNoCalls = true;
    }
    warnings.accept("no vCPU has come to a gate yet, so the freeze stops nobody: " + uncalled());
  }

  /** Why no vCPU may have come to any of them; asks for all loaded classes. */
  String uncalled() {
    return Listing.of(
        infos().stream()
            .map(
                i ->
                    i.gate()
                        + (i.found()
                            ? " was never called"
                            : i.loaded()
                                ? reason(i.gate())
                                : " is in a class not loaded yet"
                                    + classes.nearest(i.gate().className())))
            .toList());
  }

  private String reason(GateSpec gate) {
    return onlyNative[specs.indexOf(gate)]
        ? " " + WrappedNatives.REMEDY
        : " was not found" + implementing(gate);
  }

  /** What to write instead of an abstract method. */
  private String implementing(GateSpec gate) {
    List<String> types = classes.implementing(gate.className());
    return types.isEmpty()
        ? ""
        : types.stream()
            .map(type -> type + gate.toString().substring(gate.className().length()))
            .collect(Collectors.joining(",", ", but write gate=", ""));
  }

  /**
   * A thread that entered a gated method before advice was put into it, and is inside still.
   *
   * @return null if there is none, and none can appear any more
   */
  Thread unseen() {
    synchronized (this) {
      if (unseen.isEmpty()) {
        return null;
      }
    }
    for (var entry : Thread.getAllStackTraces().entrySet()) {
      Thread thread = entry.getKey();
      if (isInUnseenMethod(entry.getValue()) && !Gate.isInside(thread)) {
        return thread;
      }
    }
    synchronized (this) {
      unseen.clear();
    }
    return null;
  }

  /**
   * Has a thread no longer counted as inside that is in no gated method. Every stack is read for
   * it, while the JVM stands still.
   *
   * @return whether it was such a one
   */
  boolean recover(Thread thread) {
    GateCell cell = Gate.suspect(thread);
    if (cell == null) {
      return false;
    }
    boolean outside = false;
    try {
      // A thread's own getStackTrace would cut it off; a virtual thread has none here.
      StackTraceElement[] stack = Thread.getAllStackTraces().get(thread);
      outside = stack != null && stack.length > 0 && isOutside(stack);
    } finally {
      cell.judge(outside);
    }
    return outside;
  }

  private boolean isOutside(StackTraceElement[] stack) {
    int from = 0;
    for (int i = 0; i < stack.length; i++) {
      if (stack[i].getClassName().equals(Gate.class.getName())) {
        // The method below is on its way in and has not announced itself.
        from = stack[i].getMethodName().equals("cell") ? i + 2 : 0;
        break;
      }
    }
    for (int i = from; i < stack.length; i++) {
      if (isGated(stack[i])) {
        return false;
      }
    }
    return true;
  }

  private boolean isGated(StackTraceElement frame) {
    for (GateSpec spec : specs) {
      if (spec.className().equals(frame.getClassName())
          && spec.method().equals(frame.getMethodName())) {
        return true;
      }
    }
    return false;
  }

  private synchronized boolean isInUnseenMethod(StackTraceElement[] stack) {
    for (int i = 0; i < stack.length; i++) {
      StackTraceElement frame = stack[i];
      // On its way in or out through advice.
      if (i > 0 && stack[i - 1].getClassName().equals(Gate.class.getName())) {
        continue;
      }
      if (unseen.contains(frame.getClassName() + "." + frame.getMethodName())) {
        return true;
      }
    }
    return false;
  }
}
