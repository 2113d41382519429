package io.ramshot.image;

import io.ramshot.file.FileException;
import io.ramshot.file.RegularFile;
import io.ramshot.text.Cause;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file as its provider keeps it, byte for byte. */
final class StoredFile implements ImageFile {
  private final Path path;
  private final StoredBytes bytes;

  StoredFile(Path path, StoredBytes bytes) {
    this.path = path;
    this.bytes = bytes;
  }

  static StoredFile open(Path path) throws ImageException {
    try {
      return new StoredFile(path, bytes(path));
    } catch (NoSuchFileException e) {
      throw new ImageException(path, "does not exist: check the name", e);
    } catch (AccessDeniedException e) {
      throw new ImageException(path, "may not be read by this user: check its permissions", e);
    } catch (FileException e) {
      throw new ImageException(path, e.problem(), e);
    } catch (IOException e) {
      throw new ImageException(path, "cannot be opened (" + reason(e) + ")", e);
    } catch (RuntimeException e) { // providers of others throw what they like
      throw new ImageException(path, "cannot be opened (" + Cause.text(e) + "): check the name", e);
    }
  }

  /**
   * Of other providers' channels none is trusted with two reads at once: the one for S3 mixes them
   * up. File channels are asked for first, because the zip provider unpacks to a temporary file
   * then, while its other channel takes the whole file into the heap.
   */
  private static StoredBytes bytes(Path path) throws IOException {
    if (path.getFileSystem() == FileSystems.getDefault()) {
      return new FileBytes(RegularFile.open(path));
    }
    try {
      return new ChannelBytes(FileChannel.open(path, StandardOpenOption.READ));
    } catch (UnsupportedOperationException | IOException e) {
      return new ChannelBytes(Files.newByteChannel(path, StandardOpenOption.READ));
    }
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public boolean isOpen() {
    return bytes.isOpen();
  }

  @Override
  public boolean isPlain() {
    return bytes instanceof FileBytes;
  }

  @Override
  public Path descriptor() throws ImageException {
    if (!(bytes instanceof FileBytes file)) {
      throw new ImageException(path, "is no file of the operating system");
    }
    try {
      return file.descriptor();
    } catch (FileException e) {
      throw new ImageException(path, e.problem(), e);
    } catch (IOException e) {
      throw new ImageException(path, "cannot be opened (" + reason(e) + ")", e);
    }
  }

  @Override
  public boolean isPacked() {
    return false;
  }

  @Override
  public long storedLength() throws ImageException {
    return length();
  }

  @Override
  public long length() throws ImageException {
    try {
      return bytes.length();
    } catch (IOException e) {
      throw new ImageException(path, "cannot be read (" + reason(e) + ")", e);
    }
  }

  @Override
  public void readFully(ByteBuffer to, long offset) throws ImageException {
    long at = offset;
    while (to.hasRemaining()) {
      int read;
      try {
        read = bytes.read(to, at);
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
      bytes.close();
    } catch (IOException e) {
      throw new ImageException(path, "cannot be closed (" + reason(e) + ")", e);
    }
  }
}
