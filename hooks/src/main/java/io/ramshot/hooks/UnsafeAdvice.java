package io.ramshot.hooks;

import io.ramshot.boot.Allocations;
import io.ramshot.boot.Missed;
import net.bytebuddy.asm.Advice;

/**
 * Inlined into {@code jdk.internal.misc.Unsafe}: the choke point under direct buffers, {@code
 * sun.misc.Unsafe} and FFM arenas.
 */
final class UnsafeAdvice {

  private UnsafeAdvice() {}

  /** For {@code allocateMemory(long)}. */
  static final class Allocate {

    private Allocate() {}

    @Advice.OnMethodExit(suppress = Throwable.class)
    static void exit(@Advice.Argument(0) long bytes, @Advice.Return long address) {
      if (bytes >= Allocations.minimum) {
        boolean told = false;
        try {
          Allocations.allocated(address, bytes);
          told = true;
        } finally {
          if (!told) {
            Missed.bytes = bytes;
          }
        }
      }
    }
  }

  /** For {@code freeMemory(long)}. */
  static final class Free {

    private Free() {}

    @Advice.OnMethodEnter(suppress = Throwable.class)
    static void enter(@Advice.Argument(0) long address) {
      Allocations.freeing(address);
    }
  }

  /** For {@code reallocateMemory(long, long)}. */
  static final class Reallocate {

    private Reallocate() {}

    @Advice.OnMethodEnter(suppress = Throwable.class)
    static Object enter(@Advice.Argument(0) long address) {
      return Allocations.freeing(address);
    }

    // An OutOfMemoryError leaves the old memory as it was: address is 0 then.
    @Advice.OnMethodExit(suppress = Throwable.class, onThrowable = Throwable.class)
    static void exit(
        @Advice.Enter Object freed,
        @Advice.Argument(1) long bytes,
        @Advice.Return long address,
        @Advice.Thrown Throwable thrown) {
      if (thrown != null
          ? freed != null
          : address != 0 && (freed != null || bytes >= Allocations.minimum)) {
        boolean told = false;
        try {
          Allocations.reallocated(freed, address, bytes);
          told = true;
        } finally {
          if (!told) {
            Missed.bytes = bytes;
          }
        }
      }
    }
  }
}
