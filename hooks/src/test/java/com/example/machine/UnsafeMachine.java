package com.example.machine;

import com.example.Memory;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;

/** A machine with RAM from Unsafe, which it frees, and with methods that save its state. */
public final class UnsafeMachine implements Runnable, AutoCloseable {

  private static final long BYTES = 3 << 20;

  // Not called by its name, because javac warns of sun.misc.Unsafe and cannot be told not to.
  private static final MethodHandle PUT;

  static {
    try {
      Class<?> type = Class.forName("sun.misc.Unsafe");
      Field instance = type.getDeclaredField("theUnsafe");
      instance.setAccessible(true);
      PUT =
          MethodHandles.lookup()
              .findVirtual(
                  type, "putByte", MethodType.methodType(void.class, long.class, byte.class))
              .bindTo(instance.get(null));
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final long base = Memory.allocate(BYTES);
  private int pc = 1;
  private volatile boolean running = true;

  @Override
  public void run() {
    while (running) {
      frame(4);
    }
  }

  /** Another of the same name. */
  void frame() {
    frame(1);
  }

  /** One quantum. */
  synchronized void frame(int lines) {
    for (int i = 0; i < lines * 500; i++) {
      pc = pc * 1_664_525 + 1_013_904_223;
      try {
        PUT.invokeExact(base + (pc >>> 8) % BYTES, (byte) pc);
      } catch (Throwable e) {
        throw new IllegalStateException(e);
      }
    }
  }

  byte[] saveState() {
    return new byte[] {(byte) pc};
  }

  void restoreState(byte[] state) {
    pc = state[0];
  }

  /** Frees its RAM without asking anybody. */
  public void free() {
    Memory.free(base);
  }

  @Override
  public void close() {
    running = false;
  }
}
