package io.ramshot.file;

import io.ramshot.text.Cause;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * The name of an open file that no other file can take: {@code /proc/self/fd/N}. Native code opens
 * that, and so the very file.
 */
final class Descriptor {
  private static final Path OPEN_FILES = Path.of("/proc/self/fd");

  private Descriptor() {}

  /** Whether this system has them. */
  static boolean areThere() {
    return Files.isDirectory(OPEN_FILES);
  }

  /**
   * @param file under which name it was opened
   * @param open which file that is; stays open while the result is used
   */
  static Path of(Path file, FileIdentity open) throws FileException {
    /* Links are read first: to ask a file of a dead disk for its attributes takes for ever. */
    try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(OPEN_FILES)) {
      Path name = file.toRealPath().getFileName();
      for (Path descriptor : descriptors) {
        if (leadsTo(descriptor, name) && FileIdentity.of(descriptor).isSame(open)) {
          return descriptor;
        }
      }
    } catch (NoSuchFileException e) {
      throw gone(file);
    } catch (IOException | DirectoryIteratorException e) {
      throw new FileException(
          file,
          "is open, but not to be found in " + OPEN_FILES + " (" + Cause.text(e) + "): mount /proc",
          e);
    }
    throw gone(file);
  }

  private static FileException gone(Path file) {
    return new FileException(
        file, "was renamed, removed or replaced while it was open: leave it alone, and try again");
  }

  private static boolean leadsTo(Path descriptor, Path name) {
    try {
      return name.equals(Files.readSymbolicLink(descriptor).getFileName());
    } catch (IOException e) {
      return false; /* closed in the meantime */
    }
  }
}
