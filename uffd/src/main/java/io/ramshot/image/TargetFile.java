package io.ramshot.image;

import io.ramshot.file.FileException;
import io.ramshot.file.NewFile;
import io.ramshot.text.Cause;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * An image file in the making, on any provider, never in the place of another. Not for several
 * threads.
 *
 * <p>On the machine's own file systems it is a {@link NewFile}. Other providers may have no rename:
 * object stores copy, in ways of their own. There it has its name from the beginning, and is
 * removed when it fails; what is not whole is refused by whoever opens it, for packed files have
 * their table at the end, and plain ones know their length.
 */
final class TargetFile implements AutoCloseable {
  private static final Set<OpenOption> OPTIONS =
      Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);

  private final Path target;

  /** Null on other providers. */
  private final NewFile own;

  private final SeekableByteChannel channel;
  private boolean published;

  /** Where a file that cannot be written at any offset ends, in bytes. */
  private long end;

  private TargetFile(Path target, NewFile own, SeekableByteChannel channel) {
    this.target = target;
    this.own = own;
    this.channel = channel;
  }

  static TargetFile create(Path target) throws ImageException {
    try {
      if (target.getFileSystem() == FileSystems.getDefault()) {
        NewFile own = NewFile.create(target);
        return new TargetFile(target, own, own.channel());
      }
      requireFree(target);
      return new TargetFile(target, null, foreignChannel(target));
    } catch (FileException e) {
      throw new ImageException(target, e.problem(), e);
    } catch (NoSuchFileException e) {
      throw new ImageException(
          target,
          "cannot be made, because folder "
              + target.getParent()
              + " does not exist: create it first",
          e);
    } catch (ImageException e) {
      throw e;
    } catch (IOException | RuntimeException e) { // providers of others throw what they like
      throw new ImageException(
          target, "cannot be made (" + Cause.text(e) + "): choose another name", e);
    }
  }

  private static void requireFree(Path target) throws ImageException {
    if (target.getFileName() == null || Files.isDirectory(target)) {
      throw new ImageException(target, "is a folder: give the name of a new file in it");
    }
    if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      throw new ImageException(target, "exists: remove it, or choose another name");
    }
  }

  private static SeekableByteChannel foreignChannel(Path target) throws IOException {
    boolean posix = target.getFileSystem().supportedFileAttributeViews().contains("posix");
    FileAttribute<?>[] attributes = {};
    if (posix) { // it holds all that the guest knew
      attributes =
          new FileAttribute<?>[] {
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
          };
    }
    try {
      return FileChannel.open(target, OPTIONS, attributes);
    } catch (UnsupportedOperationException e) { // most providers have no file channels
      return Files.newByteChannel(target, OPTIONS, attributes);
    }
  }

  /** Whether what is not written reads as zeros; where not, everything must be written in order. */
  boolean keepsHoles() {
    return channel instanceof FileChannel;
  }

  /**
   * For several threads, at any offset.
   *
   * @throws ImageException if it is on a provider that can only write from beginning to end
   */
  FileChannel file() throws ImageException {
    if (channel instanceof FileChannel file) {
      return file;
    }
    throw new ImageException(
        target, "cannot be written here and there, as an image is: name a file on disk");
  }

  /** Writes from position to limit to the end of the file. */
  void append(ByteBuffer bytes) throws ImageException {
    write(bytes, end);
  }

  /**
   * Writes from position to limit.
   *
   * @param offset in the file, in bytes; its end, unless it {@link #keepsHoles}
   */
  void write(ByteBuffer bytes, long offset) throws ImageException {
    try {
      long at = offset;
      while (bytes.hasRemaining()) {
        at += channel instanceof FileChannel file ? file.write(bytes, at) : channel.write(bytes);
      }
      end = Math.max(end, at);
    } catch (IOException | RuntimeException e) {
      throw notWritten(e);
    }
  }

  /** In bytes, so far. */
  long length() {
    return end;
  }

  /**
   * Ends the writing; what was written can be read by the path that is returned.
   *
   * @param length of all of it, in bytes
   */
  Path complete(long length) throws ImageException {
    try {
      if (own != null) {
        own.seal(length);
        return own.readable();
      }
      channel.close();
      return target;
    } catch (FileException e) {
      throw new ImageException(target, e.problem(), e);
    } catch (IOException | RuntimeException e) {
      throw notWritten(e);
    }
  }

  /** Gives the completed file its name. */
  void publish() throws ImageException {
    try {
      if (own != null) {
        own.publish();
        published = true;
        own.syncFolder();
      }
      published = true;
    } catch (FileException e) {
      throw new ImageException(target, e.problem(), e);
    } catch (IOException e) {
      throw new ImageException(
          target, "cannot be given its name (" + Cause.text(e) + "): choose another name", e);
    }
  }

  private ImageException notWritten(Exception e) {
    if (own != null && e instanceof IOException refused) {
      return new ImageException(target, FileException.notWritten(target, refused).problem(), e);
    }
    String reason = Cause.text(e); // providers wrap what happened
    return new ImageException(
        target,
        "cannot be written (" + reason + "): nothing is left of it, make room and try again",
        e);
  }

  /** Removes what was not given its name. */
  @Override
  public void close() throws ImageException {
    try {
      if (own != null) {
        own.close();
      } else {
        closeForeign();
      }
    } catch (FileException e) {
      throw new ImageException(target, e.problem(), e);
    } catch (IOException | RuntimeException e) {
      throw notWritten(e);
    }
  }

  private void closeForeign() throws IOException {
    try {
      channel.close();
    } finally {
      if (!published) {
        delete();
      }
    }
  }

  private void delete() throws ImageException {
    try {
      Files.deleteIfExists(target);
    } catch (IOException | RuntimeException e) {
      throw new ImageException(target, "is left over (" + Cause.text(e) + "): remove it", e);
    }
  }
}
