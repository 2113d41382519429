package io.ramshot.agent.proof;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What the kernel says of a process's memory. */
final class GuestMemory {
  private static final Pattern PROTECTED = Pattern.compile("VmFlags:.* uw\\b.*");

  private GuestMemory() {}

  /** Lines of mappings that userfaultfd write-protects. */
  static List<String> protectedMappings(long pid) throws IOException {
    return Files.readAllLines(
            Path.of("/proc", Long.toString(pid), "smaps"), StandardCharsets.ISO_8859_1)
        .stream()
        .filter(line -> PROTECTED.matcher(line).matches())
        .collect(Collectors.toList());
  }

  /** Descriptors of userfaultfd that a process holds. */
  static List<String> userfaultfds(long pid) throws IOException {
    try (var files = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
      return files
          .map(GuestMemory::target)
          .filter(target -> target.contains("userfaultfd"))
          .collect(Collectors.toList());
    }
  }

  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException e) {
      return ""; // closed meanwhile
    }
  }
}
