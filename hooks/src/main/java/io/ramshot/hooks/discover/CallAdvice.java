package io.ramshot.hooks.discover;

import io.ramshot.boot.Calls;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import net.bytebuddy.asm.Advice;

/** Inlined, for a few seconds, into methods that may be gates. */
final class CallAdvice {

  /** The method's number, a constant of the inlined code. */
  @Retention(RetentionPolicy.RUNTIME)
  @interface Id {}

  private CallAdvice() {}

  @Advice.OnMethodEnter(suppress = Throwable.class)
  static long enter(@Id int method, @Advice.This(optional = true) Object receiver) {
    return Calls.enter(method, receiver);
  }

  @Advice.OnMethodExit(suppress = Throwable.class, onThrowable = Throwable.class)
  static void exit(@Id int method, @Advice.Enter long entered) {
    Calls.leave(method, entered);
  }
}
