package io.ramshot.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** Bytes of a file of the operating system: several threads may read at once. */
final class FileBytes implements StoredBytes {
  private final FileChannel channel;

  FileBytes(FileChannel channel) {
    this.channel = channel;
  }

  @Override
  public int read(ByteBuffer to, long offset) throws IOException {
    return channel.read(to, offset);
  }

  @Override
  public long length() throws IOException {
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
