package io.ramshot.hooks;

import io.ramshot.boot.Instances;
import io.ramshot.boot.Missed;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import net.bytebuddy.asm.Advice;

/** Inlined into the constructors of host classes with state or guest RAM. */
final class ConstructorAdvice {

  /** The hook's number, a constant of the inlined code. */
  @Retention(RetentionPolicy.RUNTIME)
  @interface Id {}

  private ConstructorAdvice() {}

  @Advice.OnMethodExit(suppress = Throwable.class)
  static void exit(@Id int hook, @Advice.This Object instance) {
    boolean told = false;
    try {
      Instances.constructed(hook, instance);
      told = true;
    } finally {
      if (!told) {
        Missed.object = true;
      }
    }
  }
}
