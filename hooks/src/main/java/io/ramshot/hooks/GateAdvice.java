package io.ramshot.hooks;

import io.ramshot.boot.Gate;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import net.bytebuddy.asm.Advice;

/** Inlined into gated methods of the host. */
final class GateAdvice {

  /** The gate's index, a constant of the inlined code. */
  @Retention(RetentionPolicy.RUNTIME)
  @interface Id {}

  private GateAdvice() {}

  @Advice.OnMethodEnter(suppress = Throwable.class)
  static Object enter(@Id int gate) {
    return Gate.enter(gate);
  }

  @Advice.OnMethodExit(suppress = Throwable.class, onThrowable = Throwable.class)
  static void exit(@Advice.Enter Object entered) {
    Gate.exit(entered);
  }
}
