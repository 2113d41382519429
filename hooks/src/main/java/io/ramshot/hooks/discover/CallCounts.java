package io.ramshot.hooks.discover;

import io.ramshot.boot.Calls;
import io.ramshot.hooks.HookTransformer;
import io.ramshot.hooks.Signatures;
import java.lang.instrument.Instrumentation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.DynamicType;
import net.bytebuddy.matcher.ElementMatchers;

/** Advice that counts calls, in some methods of the host, until it is closed. */
final class CallCounts implements AutoCloseable {

  /**
   * How one method was called while it was counted.
   *
   * @param method its class and name
   * @param signature name and parameter types, as the option {@code gate} wants them
   * @param overloaded whether the class has others of that name
   * @param isSynchronized whether it is called with a monitor held
   * @param isStatic whether it has no object
   * @param perSecond calls a second, of all threads
   * @param returned calls that came to their end
   * @param unfinished whether calls began that did not
   * @param usual what half of the calls did not exceed, in ns: on a busy machine the longest ones
   *     tell how long the thread had to wait for a core
   * @param longest in ns
   * @param inside share of the time in which a thread was inside, 0 to 1, as it was seen from
   *     outside, so whether or not the compiler has inlined it
   * @param receiver what it was called on last, or null
   */
  record Count(
      StackSamples.Method method,
      String signature,
      boolean overloaded,
      boolean isSynchronized,
      boolean isStatic,
      double perSecond,
      long returned,
      boolean unfinished,
      long usual,
      long longest,
      double inside,
      Object receiver) {}

  private record Counted(
      StackSamples.Method method,
      String signature,
      boolean overloaded,
      boolean isSynchronized,
      boolean isStatic) {}

  private final List<Counted> counted = new ArrayList<>();
  private final Set<StackSamples.Method> methods;
  private final HookTransformer transformer;
  private final long[] seenInside = new long[Calls.MAX_METHODS];
  private long looks;

  /**
   * Puts the advice in place.
   *
   * @param methods at most {@link Calls#MAX_METHODS}
   */
  CallCounts(
      Instrumentation instrumentation,
      Set<StackSamples.Method> methods,
      Consumer<String> warnings) {
    this.methods = methods;
    Set<String> classes = new HashSet<>();
    methods.forEach(m -> classes.add(m.className()));
    Calls.reset();
    transformer =
        new HookTransformer(
            instrumentation,
            classes,
            (b, type, loader, was) -> hook(b, type),
            (name, line) -> warnings.accept(line));
    transformer.install();
  }

  private synchronized DynamicType.Builder<?> hook(
      DynamicType.Builder<?> builder, TypeDescription type) {
    DynamicType.Builder<?> hooked = builder;
    List<MethodDescription.InDefinedShape> all = Signatures.methods(type);
    for (MethodDescription.InDefinedShape method : all) {
      StackSamples.Method key = new StackSamples.Method(type.getName(), method.getName());
      if (!methods.contains(key) || method.isAbstract() || method.isNative()) {
        continue;
      }
      boolean overloaded =
          all.stream().filter(m -> m.getName().equals(method.getName())).count() > 1;
      Counted entry =
          new Counted(
              key,
              overloaded ? Signatures.withoutReturnType(method) : method.getName(),
              overloaded,
              method.isSynchronized(),
              method.isStatic());
      int id = counted.indexOf(entry);
      if (id < 0) {
        if (counted.size() == Calls.MAX_METHODS) {
          break;
        }
        id = counted.size();
        counted.add(entry);
      }
      hooked =
          hooked.visit(
              Advice.withCustomMapping()
                  .bind(CallAdvice.Id.class, id)
                  .to(CallAdvice.class)
                  .on(ElementMatchers.is(method)));
    }
    return hooked;
  }

  /** Begins anew: what was slow because it was not compiled is forgotten. */
  void reset() {
    Calls.reset();
    Arrays.fill(seenInside, 0);
    looks = 0;
  }

  /** Looks once which methods threads are inside of; the watching thread calls it. */
  void look() {
    looks++;
    for (int i = 0; i < seenInside.length; i++) {
      if (Calls.isInside(i)) {
        seenInside[i]++;
      }
    }
  }

  synchronized List<Count> counts() {
    List<Count> counts = new ArrayList<>();
    for (int i = 0; i < counted.size(); i++) {
      Counted c = counted.get(i);
      counts.add(
          new Count(
              c.method,
              c.signature,
              c.overloaded,
              c.isSynchronized,
              c.isStatic,
              Calls.entered(i) * 1e9 / Calls.counted(i),
              Calls.left(i),
              Calls.entered(i) > Calls.left(i),
              Calls.within(i, 0.5),
              Calls.longest(i),
              looks == 0 ? 0 : (double) seenInside[i] / looks,
              Calls.receiver(i)));
    }
    return counts;
  }

  /** Takes the advice out. */
  @Override
  public void close() {
    transformer.remove();
    Calls.forget();
  }
}
