package io.ramshot.hooks;

import io.ramshot.boot.Missed;
import io.ramshot.boot.NativeCalls;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.implementation.bytecode.assign.Assigner;

/** Inlined into host methods that map or unmap memory in native code. */
final class NativeCallAdvice {

  /** The method's number, a constant of the inlined code. */
  @Retention(RetentionPolicy.RUNTIME)
  @interface Id {}

  private NativeCallAdvice() {}

  @Advice.OnMethodEnter(suppress = Throwable.class)
  static Object enter(@Id int hook, @Advice.AllArguments Object[] arguments) {
    boolean told = false;
    Object token;
    try {
      token = NativeCalls.entering(hook, arguments);
      told = true;
    } finally {
      if (!told) {
        Missed.call = true;
      }
    }
    return token;
  }

  @Advice.OnMethodExit(suppress = Throwable.class, onThrowable = Throwable.class)
  static void exit(
      @Id int hook,
      @Advice.Enter Object token,
      @Advice.Return(typing = Assigner.Typing.DYNAMIC) Object result,
      @Advice.Thrown Throwable thrown) {
    boolean told = false;
    try {
      NativeCalls.left(hook, token, result, thrown != null);
      told = true;
    } finally {
      if (!told) {
        Missed.call = true;
      }
    }
  }
}
