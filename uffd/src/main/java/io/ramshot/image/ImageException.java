package io.ramshot.image;

import io.ramshot.text.Printable;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Path;

/**
 * An image file that cannot be used. The message is one line: the file, what is wrong with it, and
 * what to do.
 */
public final class ImageException extends IOException {
  private static final long serialVersionUID = 1L;

  ImageException(Path file, String problem) {
    this(file, problem, null);
  }

  ImageException(Path file, String problem, Throwable cause) {
    super(Printable.line(name(file) + " " + problem), cause);
  }

  /** A path of another provider says by itself not even in which zip or bucket it is. */
  private static String name(Path file) {
    return (file.getFileSystem() == FileSystems.getDefault() ? file : file.toUri()).toString();
  }

  /** For content that no writer wrote, whatever the reason. */
  static ImageException damaged(Path file, String what) {
    return new ImageException(
        file, "is damaged: " + what + ": copy it again, or use another image");
  }
}
