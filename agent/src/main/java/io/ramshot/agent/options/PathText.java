package io.ramshot.agent.options;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Why what a user wrote is no path, with the remedy where it is the locale that is to blame. */
public final class PathText {
  /** What the JVM decodes a byte to that its locale does not have. */
  private static final char UNKNOWN = '\uFFFD';

  private PathText() {}

  /** In one line. */
  public static String problem(String text, InvalidPathException e) {
    return text.chars().anyMatch(c -> c > 0x7f)
        ? text + " has characters that this JVM cannot have in names: " + remedy()
        : text + " is not a path: " + e.getReason();
  }

  /**
   * Refuses a name that is relative to a working folder which this JVM cannot name.
   *
   * @throws IllegalArgumentException if so, in one line
   */
  public static void requireWorkingFolder() {
    String folder = System.getProperty("user.dir", "");
    if (folder.indexOf(UNKNOWN) >= 0 || !Files.isDirectory(Path.of("").toAbsolutePath())) {
      throw new IllegalArgumentException(
          "the working folder "
              + folder
              + " has characters that this JVM cannot have in names: "
              + remedy());
    }
  }

  private static String remedy() {
    return "the locale's encoding in process "
        + ProcessHandle.current().pid()
        + " is "
        + System.getProperty("sun.jnu.encoding")
        + ", start that java with LC_ALL=C.UTF-8";
  }
}
