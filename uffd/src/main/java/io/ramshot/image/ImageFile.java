package io.ramshot.image;

import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * The bytes of an image, wherever and however they are kept: reads at offsets, and failures that
 * name the file. May be used by several threads.
 */
interface ImageFile extends AutoCloseable {

  /** Opens a file through its provider, whatever that offers. */
  static ImageFile open(Path path) throws ImageException {
    return StoredFile.open(path);
  }

  /**
   * Takes bytes that stand in memory for a file.
   *
   * @param path names them in messages
   * @param bytes from position to limit; must not change
   */
  static ImageFile of(Path path, ByteBuffer bytes) throws ImageException {
    return new StoredFile(path, new MemoryBytes(bytes));
  }

  Path path();

  boolean isOpen();

  /** Of the image, in bytes. */
  long length() throws ImageException;

  /**
   * Fills a buffer from position to limit.
   *
   * @param offset in the image, in bytes
   */
  void readFully(ByteBuffer to, long offset) throws ImageException;

  /**
   * Whether the image's bytes stand as they are in a file of the operating system, so that native
   * code can read them by its name.
   */
  boolean isPlain();

  @Override
  void close() throws ImageException;
}
