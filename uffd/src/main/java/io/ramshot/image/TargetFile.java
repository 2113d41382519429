package io.ramshot.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * A file in the making, on any provider, never in the place of another. Not for several threads.
 *
 * <p>On the machine's own file systems it has a temporary name until it is whole. Other providers
 * may have no rename: object stores copy, in ways of their own. There it has its name from the
 * beginning, and is removed when it fails; what is not whole is refused by whoever opens it, for
 * packed files have their table at the end, and plain ones know their length.
 */
final class TargetFile implements AutoCloseable {
  private static final Set<OpenOption> OPTIONS =
      Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);

  private final Path target;

  /** The target itself where nothing is renamed. */
  private final Path temporary;

  private final SeekableByteChannel channel;
  private boolean published;

  /** Where a file that cannot be written at any offset ends, in bytes. */
  private long end;

  private TargetFile(Path target, Path temporary, SeekableByteChannel channel) {
    this.target = target;
    this.temporary = temporary;
    this.channel = channel;
  }

  static TargetFile create(Path target) throws ImageException {
    Path name = target.getFileName();
    if (name == null || Files.isDirectory(target)) {
      throw new ImageException(target, "is a folder: give the name of a new file in it");
    }
    if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      throw exists(target);
    }
    Path temporary = target;
    if (isOfTheSystem(target)) {
      temporary = target.resolveSibling("." + name + "." + ProcessHandle.current().pid() + ".part");
    }
    try {
      Files.deleteIfExists(temporary); // of a process that had this number, and was killed
      return new TargetFile(target, temporary, channel(temporary));
    } catch (NoSuchFileException e) {
      throw new ImageException(target, "is in a folder that does not exist: create it first", e);
    } catch (IOException | RuntimeException e) { // providers of others throw what they like
      throw new ImageException(target, "cannot be created (" + e + ")", e);
    }
  }

  private static boolean isOfTheSystem(Path path) {
    return path.getFileSystem() == FileSystems.getDefault();
  }

  private static SeekableByteChannel channel(Path temporary) throws IOException {
    boolean posix = temporary.getFileSystem().supportedFileAttributeViews().contains("posix");
    FileAttribute<?>[] attributes = {};
    if (posix) { // it holds all that the guest knew
      attributes =
          new FileAttribute<?>[] {
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
          };
    }
    try {
      return FileChannel.open(temporary, OPTIONS, attributes);
    } catch (UnsupportedOperationException e) { // most providers have no file channels
      return Files.newByteChannel(temporary, OPTIONS, attributes);
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

  /** Ends the writing; what was written can be read under the name that is returned. */
  Path complete() throws ImageException {
    try {
      if (isOfTheSystem(target)) { // that of S3 uploads the file for it, and again when closed
        ((FileChannel) channel).force(true);
      }
      channel.close();
      return temporary;
    } catch (IOException | RuntimeException e) {
      throw notWritten(e);
    }
  }

  /** Gives the completed file its name. */
  void publish() throws ImageException {
    try {
      if (isOfTheSystem(target)) {
        rename();
        Path folder = target.toAbsolutePath().getParent();
        try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
          names.force(true);
        }
      }
      published = true;
    } catch (FileAlreadyExistsException e) {
      throw exists(target);
    } catch (IOException e) {
      throw new ImageException(target, "cannot be given its name (" + e + ")", e);
    }
  }

  private void rename() throws IOException {
    try {
      Files.createLink(target, temporary); // unlike a move, never replaces a file
      Files.delete(temporary);
    } catch (FileAlreadyExistsException e) {
      throw e;
    } catch (IOException | UnsupportedOperationException e) { // FAT has no links
      if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
        throw new FileAlreadyExistsException(target.toString());
      }
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    }
  }

  private static ImageException exists(Path target) {
    return new ImageException(target, "exists: remove it, or choose another name");
  }

  private ImageException notWritten(Exception e) {
    Throwable first = e; // providers wrap what happened
    while (first.getCause() != null) {
      first = first.getCause();
    }
    String reason =
        first instanceof IOException && first.getMessage() != null
            ? first.getMessage()
            : first.toString();
    return new ImageException(
        target,
        "cannot be written (" + reason + "): nothing is left of it, make room and try again",
        e);
  }

  /** Removes what was not given its name. */
  @Override
  public void close() throws ImageException {
    try {
      channel.close();
    } catch (IOException | RuntimeException e) {
      throw notWritten(e);
    } finally {
      if (!published) {
        delete();
      }
    }
  }

  private void delete() throws ImageException {
    try {
      Files.deleteIfExists(temporary);
    } catch (IOException | RuntimeException e) {
      throw new ImageException(temporary, "is left over (" + e + "): remove it", e);
    }
  }
}
