package io.ramshot.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The file behind an image: reads at offsets, and failures that name the file. */
final class ImageFile implements AutoCloseable {
  private final Path path;
  private final FileChannel channel;

  private ImageFile(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  static ImageFile open(Path path) throws ImageException {
    try {
      return new ImageFile(path, FileChannel.open(path, StandardOpenOption.READ));
    } catch (NoSuchFileException e) {
      throw new ImageException(path, "does not exist: check the name", e);
    } catch (AccessDeniedException e) {
      throw new ImageException(path, "may not be read by this user: check its permissions", e);
    } catch (IOException e) {
      throw new ImageException(path, "cannot be opened (" + reason(e) + ")", e);
    }
  }

  Path path() {
    return path;
  }

  boolean isOpen() {
    return channel.isOpen();
  }

  /** In bytes. */
  long length() throws ImageException {
    try {
      return channel.size();
    } catch (IOException e) {
      throw new ImageException(path, "cannot be read (" + reason(e) + ")", e);
    }
  }

  /**
   * Fills a buffer from position to limit; may be called by several threads.
   *
   * @param offset in the file, in bytes
   */
  void readFully(ByteBuffer to, long offset) throws ImageException {
    long at = offset;
    while (to.hasRemaining()) {
      int read;
      try {
        read = channel.read(to, at);
      } catch (IOException e) {
        throw new ImageException(
            path, "cannot be read at offset " + at + " (" + reason(e) + "): check the disk", e);
      }
      if (read < 0) {
        throw new ImageException(
            path,
            "ends at offset " + at + " while it is being read: leave it alone, and try again");
      }
      at += read;
    }
  }

  /** Some exceptions of java.nio say all they have to say by their class. */
  private static String reason(IOException e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  @Override
  public void close() throws ImageException {
    try {
      channel.close();
    } catch (IOException e) {
      throw new ImageException(path, "cannot be closed (" + reason(e) + ")", e);
    }
  }
}
