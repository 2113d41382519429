package io.ramshot.sample.memory;

import java.nio.ByteBuffer;

/**
 * Guest RAM in a direct byte buffer, which the JDK limits to 2 GiB and fills with zeros at once.
 */
public final class DirectRam extends BufferRam {

  /**
   * @param size in bytes, at most {@link BufferRam#MAX_SIZE}
   */
  public DirectRam(long size) {
    super(ByteBuffer.allocateDirect(capacity(size)));
  }
}
