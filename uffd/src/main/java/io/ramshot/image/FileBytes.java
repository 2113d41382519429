package io.ramshot.image;

import io.ramshot.file.RegularFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** Bytes of a file of the operating system: several threads may read at once. */
final class FileBytes implements StoredBytes {
  private final RegularFile file;
  private final FileChannel channel;

  FileBytes(RegularFile file) {
    this.file = file;
    this.channel = file.channel();
  }

  /** A path of this very file for native code. */
  Path descriptor() throws IOException {
    return file.descriptor();
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
    file.close();
  }
}
