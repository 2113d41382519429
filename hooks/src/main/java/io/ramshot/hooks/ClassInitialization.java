package io.ramshot.hooks;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;

/** Tells whether a class's static initialiser has run, without having it run. */
final class ClassInitialization {

  private final MethodHandle shouldBeInitialized;

  ClassInitialization(Access access) {
    try {
      Class<?> unsafe = Class.forName("jdk.internal.misc.Unsafe");
      Object instance = access.to(unsafe.getDeclaredField("theUnsafe"), unsafe).get(null);
      shouldBeInitialized =
          MethodHandles.lookup()
              .unreflect(
                  access.to(unsafe.getDeclaredMethod("shouldBeInitialized", Class.class), unsafe))
              .bindTo(instance);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this JVM has no jdk.internal.misc.Unsafe", e);
    }
  }

  /** Takes no lock. */
  boolean isOver(Class<?> type) {
    try {
      return !(boolean) shouldBeInitialized.invoke(type);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable t) {
      throw new IllegalStateException(t);
    }
  }
}
