package io.ramshot.hooks;

import io.ramshot.boot.Allocations;
import io.ramshot.boot.Missed;
import java.nio.ByteBuffer;
import net.bytebuddy.asm.Advice;

/** Inlined into {@code ByteBuffer.allocateDirect(int)}: tells which buffer owns the memory. */
final class ByteBufferAdvice {

  private ByteBufferAdvice() {}

  // Memory may be larger than its buffer by a page of padding, so the sink may be told of a buffer
  // whose memory it has not been told of, and not the other way round.
  @Advice.OnMethodExit(suppress = Throwable.class)
  static void exit(@Advice.Argument(0) int bytes, @Advice.Return ByteBuffer buffer) {
    if (bytes >= Allocations.minimum) {
      boolean told = false;
      try {
        Allocations.wrapped(buffer);
        told = true;
      } finally {
        if (!told) {
          Missed.bytes = bytes;
        }
      }
    }
  }
}
