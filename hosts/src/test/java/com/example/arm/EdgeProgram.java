package com.example.arm;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * An AArch64 program that increments one byte in every page of 4 KiB, in order, for ever: x0 is the
 * first page, x1 the one that comes next, x2 the end, x3 the distance, x5 counts passes.
 */
final class EdgeProgram {
  private static final int[] WORDS = {
    0x39400024, // page: ldrb w4, [x1]
    0x11000484, //       add  w4, w4, #1
    0x39000024, //       strb w4, [x1]
    0x8b030021, //       add  x1, x1, x3
    0xeb02003f, //       cmp  x1, x2
    0x54ffff63, //       b.lo page
    0xaa0003e1, //       mov  x1, x0
    0x910004a5, //       add  x5, x5, #1
    0x17fffff8, //       b    page
  };

  private EdgeProgram() {}

  static byte[] bytes() {
    ByteBuffer bytes = ByteBuffer.allocate(4 * WORDS.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asIntBuffer().put(WORDS);
    return bytes.array();
  }
}
