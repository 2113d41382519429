package io.ramshot.hooks;

import io.ramshot.boot.Allocations;
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
    if (buffer.capacity() >= Allocations.minimum) {
      Allocations.viewed(buffer);
    }
  }
}
