package io.ramshot.agent.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Whether a process is stopped, by a signal, a debugger or its control group, and what makes it go
 * on. Only looks into /proc and /sys, so a process that answers nothing is no hindrance.
 */
final class Standstill {
  private static final String FREEZER = "freezer";

  private final long pid;
  private final Path process;
  private final Path groups;

  Standstill(long pid) {
    this(pid, Path.of("/proc", Long.toString(pid)), Path.of("/sys/fs/cgroup"));
  }

  /**
   * @param process what /proc has of it
   * @param groups where control groups are mounted
   */
  Standstill(long pid, Path process, Path groups) {
    this.pid = pid;
    this.process = process;
    this.groups = groups;
  }

  /** What makes the process go on, as the end of a sentence; empty if it runs, or is gone. */
  Optional<String> remedy() {
    try {
      switch (state()) {
        case 'T':
          return Optional.of("continue it with kill -CONT " + pid);
        case 't':
          return Optional.of("let it continue in the debugger" + tracer());
        default:
          return frozenGroup();
      }
    } catch (IOException | RuntimeException e) {
      return Optional.empty(); // It is gone, or there is no such thing here.
    }
  }

  /** As proc(5) has it; a main thread that has ended says nothing of the others. */
  private char state() throws IOException {
    char state = state(process.resolve("stat"));
    if (state != 'Z') {
      return state;
    }
    try (Stream<Path> threads = Files.list(process.resolve("task"))) {
      for (Path thread : (Iterable<Path>) threads::iterator) {
        char other = state(thread.resolve("stat"));
        if (other != 'Z') {
          return other;
        }
      }
    }
    return state;
  }

  /** Behind a name that may hold anything. */
  private static char state(Path file) throws IOException {
    String line = text(file);
    return line.charAt(line.lastIndexOf(')') + 2);
  }

  private String tracer() throws IOException {
    for (String line : lines(process.resolve("status"))) {
      if (line.startsWith("TracerPid:")) {
        return ", process " + line.substring(line.indexOf(':') + 1).strip();
      }
    }
    return "";
  }

  private Optional<String> frozenGroup() throws IOException {
    for (String line : lines(process.resolve("cgroup"))) {
      String[] parts = line.split(":", 3);
      String path = parts[2].substring(1);
      if (parts[0].equals("0")) {
        for (Path root : List.of(groups, groups.resolve("unified"))) {
          Path group = root.resolve(path);
          if (contains(group.resolve("cgroup.events"), "frozen 1")) {
            return Optional.of(thaw(root, group, "cgroup.freeze", "0", "cgroup.freeze"));
          }
        }
      } else if (List.of(parts[1].split(",")).contains(FREEZER)) {
        Path root = groups.resolve(FREEZER);
        Path group = root.resolve(path);
        if (contains(group.resolve("freezer.state"), "FROZEN", "FREEZING")) {
          return Optional.of(thaw(root, group, "freezer.self_freezing", "THAWED", "freezer.state"));
        }
      }
    }
    return Optional.empty();
  }

  /** A group is frozen with the one above it, too: then only that one can be thawed. */
  private static String thaw(Path root, Path group, String asked, String value, String file) {
    Path frozen = group;
    while (!contains(frozen.resolve(asked), "1") && !frozen.equals(root)) {
      frozen = frozen.getParent();
    }
    return "thaw its control group, by docker unpause, or echo "
        + value
        + " > "
        + frozen.resolve(file);
  }

  private static boolean contains(Path file, String... wanted) {
    try {
      return lines(file).stream().anyMatch(List.of(wanted)::contains);
    } catch (IOException e) {
      return false; // Not mounted here, or a root, which cannot be frozen.
    }
  }

  private static List<String> lines(Path file) throws IOException {
    return text(file).lines().toList();
  }

  /** A name in there may be no UTF-8. */
  private static String text(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.ISO_8859_1);
  }
}
