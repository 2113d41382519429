package io.ramshot.limits;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/** Text files of the kernel, of which any may be missing, unreadable or of a form not known. */
final class ProcText {
  /** The last bytes of a number above this are lost to rounding in the kernel: it means none. */
  private static final long UNLIMITED = 1L << 60;

  private ProcText() {}

  /** None where it cannot be read. */
  static List<String> lines(Path file) {
    try {
      /* Names of control groups may be any bytes: no reason to fail. */
      return new String(Files.readAllBytes(file), StandardCharsets.UTF_8).lines().toList();
    } catch (IOException | RuntimeException e) {
      return List.of();
    }
  }

  /** The number that a file consists of; empty for "max", what stands for it, and all else. */
  static OptionalLong number(Path file) {
    List<String> lines = lines(file);
    return lines.isEmpty() ? OptionalLong.empty() : number(lines.get(0).strip());
  }

  /** A number that is no limit counts as none. */
  static OptionalLong number(String text) {
    try {
      long value = Long.parseLong(text);
      return value >= 0 && value < UNLIMITED ? OptionalLong.of(value) : OptionalLong.empty();
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  /** The number behind a key at the start of a line: "key 12", "key: 12 kB". */
  static OptionalLong value(List<String> lines, String key) {
    for (String line : lines) {
      String[] words = line.strip().split("[\\s:]+");
      if (words.length >= 2 && words[0].equals(key)) {
        OptionalLong number = number(words[1]);
        boolean kilo = words.length == 3 && words[2].equals("kB");
        return kilo && number.isPresent() ? OptionalLong.of(number.getAsLong() * 1024) : number;
      }
    }
    return OptionalLong.empty();
  }
}
