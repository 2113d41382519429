package com.example.video;

import com.example.Memory;
import java.nio.ByteBuffer;

/** Large memory that is not RAM, in a subpackage. */
public final class Screen {

  private final ByteBuffer pixels;

  public Screen(int bytes) {
    pixels = Memory.direct(bytes);
  }

  public Screen() {
    this(1 << 20);
  }

  public ByteBuffer pixels() {
    return pixels;
  }
}
