package io.ramshot.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The longest file that this process may write: {@code RLIMIT_FSIZE}, or {@code ulimit -f}. */
final class FileSizeLimit {
  private static final Path LIMITS = Path.of("/proc/self/limits");
  private static final Pattern LINE = Pattern.compile("Max file size +([0-9]{1,18}) .*");

  private FileSizeLimit() {}

  /** In bytes; nothing where there is no limit, or the system does not tell. */
  static Optional<Long> bytes() {
    try {
      return bytes(Files.readAllLines(LIMITS));
    } catch (IOException | RuntimeException e) {
      return Optional.empty();
    }
  }

  /**
   * @param lines of the kernel's table of limits
   */
  static Optional<Long> bytes(List<String> lines) {
    return lines.stream()
        .map(LINE::matcher)
        .filter(Matcher::matches)
        .map(line -> Long.valueOf(line.group(1)))
        .findFirst();
  }
}
