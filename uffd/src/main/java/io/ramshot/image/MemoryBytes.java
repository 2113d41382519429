package io.ramshot.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;

/** Bytes that stand in memory already. */
final class MemoryBytes implements StoredBytes {
  private final ByteBuffer bytes;
  private volatile boolean open = true;

  MemoryBytes(ByteBuffer bytes) {
    this.bytes = bytes.slice();
  }

  @Override
  public int read(ByteBuffer to, long offset) throws IOException {
    if (!open) {
      throw new ClosedChannelException();
    }
    if (offset >= bytes.capacity()) {
      return -1;
    }
    int length = Math.min(to.remaining(), bytes.capacity() - (int) offset);
    to.put(to.position(), bytes, (int) offset, length);
    to.position(to.position() + length);
    return length;
  }

  @Override
  public long length() {
    return bytes.capacity();
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public void close() {
    open = false;
  }
}
