package io.ramshot.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;

/** Bytes behind a channel with a position, which threads take turns to move. */
final class ChannelBytes implements StoredBytes {
  private final SeekableByteChannel channel;

  ChannelBytes(SeekableByteChannel channel) {
    this.channel = channel;
  }

  @Override
  public synchronized int read(ByteBuffer to, long offset) throws IOException {
    if (channel.position() != offset) {
      moveTo(offset);
    }
    return channel.read(to);
  }

  private void moveTo(long offset) throws IOException {
    try {
      channel.position(offset);
    } catch (UnsupportedOperationException e) {
      throw new IOException("its provider only reads on: copy it to a disk first", e);
    }
  }

  @Override
  public synchronized long length() throws IOException {
    return channel.size();
  }

  @Override
  public boolean isOpen() {
    return channel.isOpen();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
