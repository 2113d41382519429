package com.example;

import com.sun.jna.Pointer;
import java.nio.ByteBuffer;

/** A host with JNA. */
public final class JnaHost {

  private JnaHost() {}

  /** Goes through JNI's NewDirectByteBuffer. */
  public static ByteBuffer view(long address, long bytes) {
    return new Pointer(address).getByteBuffer(0, bytes);
  }

  public static com.sun.jna.Memory allocate(long bytes) {
    return new com.sun.jna.Memory(bytes);
  }
}
