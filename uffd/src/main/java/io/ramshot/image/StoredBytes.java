package io.ramshot.image;

import java.io.IOException;
import java.nio.ByteBuffer;

/** What a file system provider gives to read from; may be used by several threads. */
interface StoredBytes extends AutoCloseable {

  /**
   * Reads some bytes, as a channel does.
   *
   * @param offset of the first byte
   * @return how many, −1 at the end
   */
  int read(ByteBuffer to, long offset) throws IOException;

  /** In bytes. */
  long length() throws IOException;

  boolean isOpen();

  @Override
  void close() throws IOException;
}
