package io.ramshot.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/**
 * A regular file, open for reading. Whatever else has such a name is refused before it is opened:
 * opening a FIFO takes for ever, and a device may do anything. Links are followed.
 */
public final class RegularFile implements AutoCloseable {
  /** A file that is replaced by a newer one just now is opened once more. */
  private static final int TRIES = 5;

  private static final int TYPE_MASK = 0170000;

  private final Path path;
  private final FileChannel channel;
  private final FileIdentity identity;

  private RegularFile(Path path, FileChannel channel, FileIdentity identity) {
    this.path = path;
    this.channel = channel;
    this.identity = identity;
  }

  /**
   * @param path on this machine's own file systems
   * @throws FileException if it is no regular file
   * @throws IOException if it is not there or may not be read, as {@link FileChannel#open} says it
   */
  public static RegularFile open(Path path) throws IOException {
    for (int i = 0; i < TRIES; i++) {
      FileIdentity before = FileIdentity.of(path);
      require(path, before);
      FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
      try {
        if (FileIdentity.of(path).isSame(before)) {
          RegularFile file = new RegularFile(path, channel, before);
          channel = null;
          return file;
        }
      } finally {
        if (channel != null) {
          channel.close();
        }
      }
    }
    throw new FileException(
        path, "is replaced again and again while it is opened: leave it alone, and try again");
  }

  /**
   * Refuses what is no regular file, without opening it.
   *
   * @throws IOException if it is not there or may not be looked at
   */
  public static void require(Path path) throws IOException {
    require(path, FileIdentity.of(path));
  }

  private static void require(Path path, FileIdentity file) throws IOException {
    if (!file.regular()) {
      throw new FileException(path, "is " + kind(path) + ": name a regular file");
    }
  }

  private static String kind(Path path) throws IOException {
    if (!path.getFileSystem().supportedFileAttributeViews().contains("unix")) {
      return "no file";
    }
    Map<String, Object> unix = Files.readAttributes(path, "unix:mode");
    return switch ((Integer) unix.get("mode") & TYPE_MASK) {
      case 0010000 -> "a FIFO";
      case 0020000, 0060000 -> "a device";
      case 0040000 -> "a folder";
      case 0140000 -> "a socket";
      default -> "no file";
    };
  }

  public FileChannel channel() {
    return channel;
  }

  /**
   * A path of this very file for native code, whatever has its name by now. Valid while this is
   * open.
   */
  public Path descriptor() throws FileException {
    return Descriptor.of(path, identity);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
