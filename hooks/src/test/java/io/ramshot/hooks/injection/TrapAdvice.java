package io.ramshot.hooks.injection;

import java.lang.instrument.Instrumentation;
import java.security.CodeSource;
import java.security.ProtectionDomain;
import net.bytebuddy.agent.ByteBuddyAgent;
import net.bytebuddy.agent.builder.AgentBuilder;
import net.bytebuddy.agent.builder.AgentBuilder.RedefinitionStrategy;
import net.bytebuddy.agent.builder.AgentBuilder.TypeStrategy;
import net.bytebuddy.agent.builder.ResettableClassFileTransformer;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.matcher.ElementMatchers;

/** Weaves {@link Trap} into every method of ramshot's own, but not into what guests run. */
public final class TrapAdvice {

  private TrapAdvice() {}

  @Advice.OnMethodEnter
  static void enter(@Advice.Origin("#t.#m") String method) {
    Trap.at(method);
  }

  /**
   * @return takes it out again
   */
  public static Runnable weave() {
    Instrumentation instrumentation = ByteBuddyAgent.install();
    Trap.load();
    ResettableClassFileTransformer woven = build().installOn(instrumentation);
    return () -> woven.reset(instrumentation, RedefinitionStrategy.RETRANSFORMATION);
  }

  private static AgentBuilder build() {
    return new AgentBuilder.Default()
        .disableClassFormatChanges()
        .with(RedefinitionStrategy.RETRANSFORMATION)
        .with(TypeStrategy.Default.REDEFINE)
        .with(AgentBuilder.Listener.StreamWriting.toSystemOut().withErrorsOnly())
        .type(
            (type, loader, module, redefined, domain) ->
                type.getName().startsWith("io.ramshot.")
                    && !type.getName().startsWith("io.ramshot.boot.")
                    && isProduct(domain))
        .transform(
            (builder, type, loader, module, domain) ->
                builder.visit(
                    Advice.to(TrapAdvice.class)
                        .on(
                            ElementMatchers.isMethod()
                                .or(ElementMatchers.isConstructor())
                                .and(ElementMatchers.not(ElementMatchers.isAbstract()))
                                .and(ElementMatchers.not(ElementMatchers.isNative())))));
  }

  private static boolean isProduct(ProtectionDomain domain) {
    CodeSource source = domain == null ? null : domain.getCodeSource();
    String place = source == null ? "" : source.getLocation().getPath();
    return !place.contains("test-classes") && !place.endsWith("-tests.jar");
  }
}
