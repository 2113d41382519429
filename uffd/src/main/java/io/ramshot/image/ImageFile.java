package io.ramshot.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/**
 * The bytes of an image, wherever and however they are kept: reads at offsets, and failures that
 * name the file. May be used by several threads.
 */
interface ImageFile extends AutoCloseable {

  /** Opens a file through its provider, whatever that offers. */
  static ImageFile open(Path path) throws ImageException {
    return seen(StoredFile.open(path));
  }

  /**
   * Takes bytes that stand in memory for a file.
   *
   * @param path names them in messages
   * @param bytes from position to limit; must not change
   */
  static ImageFile of(Path path, ByteBuffer bytes) throws ImageException {
    return seen(new StoredFile(path, new MemoryBytes(bytes)));
  }

  /** Tells by the first bytes what a file is. */
  private static ImageFile seen(StoredFile file) throws ImageException {
    try {
      ByteBuffer magic = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      if (file.length() < magic.capacity()) {
        return file;
      }
      file.readFully(magic, 0);
      return Zstandard.isMagic(magic.getInt(0)) ? new PackedFile(file) : file;
    } catch (ImageException | RuntimeException | Error e) {
      try {
        file.close();
      } catch (ImageException closing) {
        e.addSuppressed(closing);
      }
      throw e;
    }
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
   * code can read them.
   */
  boolean isPlain();

  /**
   * A path of a plain image's file for native code: that of this very file, whatever has its name
   * by now. Valid while this is open.
   */
  Path descriptor() throws ImageException;

  /** Whether the image's bytes are compressed. */
  boolean isPacked();

  /** What is kept of the image, in bytes: less than its length if it is packed. */
  long storedLength() throws ImageException;

  @Override
  void close() throws ImageException;
}
