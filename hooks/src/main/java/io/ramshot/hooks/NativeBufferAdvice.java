package io.ramshot.hooks;

import io.ramshot.boot.Allocations;
import io.ramshot.boot.Missed;
import java.nio.ByteBuffer;
import net.bytebuddy.asm.Advice;

/**
 * Inlined into the constructors of {@code java.nio.DirectByteBuffer} that take an address and a
 * length and nothing else: JNI's {@code NewDirectByteBuffer} is made of them.
 */
final class NativeBufferAdvice {

  private NativeBufferAdvice() {}

  @Advice.OnMethodExit(suppress = Throwable.class)
  static void exit(@Advice.This ByteBuffer buffer) {
    int bytes = buffer.capacity();
    if (bytes >= Allocations.minimum) {
      boolean told = false;
      try {
        Allocations.viewed(buffer);
        told = true;
      } finally {
        if (!told) {
          Missed.bytes = bytes;
        }
      }
    }
  }
}
