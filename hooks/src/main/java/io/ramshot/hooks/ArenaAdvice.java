package io.ramshot.hooks;

import io.ramshot.boot.Allocations;
import io.ramshot.boot.Missed;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.implementation.bytecode.assign.Assigner;

/**
 * Inlined into {@code jdk.internal.foreign.ArenaImpl.allocate(long, long)}: tells which segment is
 * made of the memory. Before JDK 22 there is no such class.
 */
final class ArenaAdvice {

  private ArenaAdvice() {}

  @Advice.OnMethodExit(suppress = Throwable.class)
  static void exit(
      @Advice.Argument(0) long bytes,
      @Advice.Return(typing = Assigner.Typing.DYNAMIC) Object segment) {
    if (bytes >= Allocations.minimum) {
      boolean told = false;
      try {
        Allocations.wrapped(segment);
        told = true;
      } finally {
        if (!told) {
          Missed.bytes = bytes;
        }
      }
    }
  }
}
