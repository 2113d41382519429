package io.ramshot.hooks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** This process's mappings at one moment, after {@code /proc/self/maps} (proc_pid_maps(5)). */
final class MemoryMap {

  /**
   * One mapping.
   *
   * @param start address
   * @param end address behind it
   * @param permissions as in {@code rw-p}
   * @param path of the file, or empty
   */
  record Mapping(long start, long end, String permissions, String path) {

    /** Whether guest RAM can be in it, as far as the mapping tells. */
    boolean canBeRam() {
      // Code that engines generate at run time is in mappings that can be executed.
      return permissions.startsWith("rw-")
          && (permissions.endsWith("s") ? !isDevice() : path.isEmpty() || path.startsWith("[anon"));
    }

    private boolean isDevice() {
      return path.startsWith("/dev/")
          && !path.startsWith("/dev/shm/")
          && !path.startsWith("/dev/zero");
    }
  }

  /** A piece of the address space. */
  record Span(long start, long end) {
    long bytes() {
      return end - start;
    }
  }

  private static final Path FILE = Path.of("/proc/self/maps");
  private static final int FIELDS = 6;
  private static final int HEXADECIMAL = 16;

  /** By address. */
  private final List<Mapping> mappings;

  private MemoryMap(List<Mapping> mappings) {
    this.mappings = mappings;
  }

  static MemoryMap read() throws IOException {
    return parse(Files.readAllLines(FILE));
  }

  static MemoryMap parse(List<String> lines) {
    List<Mapping> mappings = new ArrayList<>();
    for (String line : lines) {
      String[] fields = line.split(" +", FIELDS);
      String[] range = fields[0].split("-", 2);
      long end = Long.parseUnsignedLong(range[1], HEXADECIMAL);
      if (end > 0) {
        mappings.add(
            new Mapping(
                Long.parseUnsignedLong(range[0], HEXADECIMAL),
                end,
                fields[1],
                fields.length < FIELDS ? "" : fields[FIELDS - 1].strip()));
      }
    }
    return new MemoryMap(mappings);
  }

  /** Whether there is memory at an address that may only be read, such as a file of the JDK's. */
  boolean isReadOnly(long address) {
    return mappings.stream()
        .anyMatch(m -> m.start <= address && address < m.end && m.permissions.startsWith("r-"));
  }

  /**
   * What can be guest RAM here and was no mapping at all before, by address. Neighbours are one
   * piece, because the kernel may have made one mapping of them. Memory that a collector or malloc
   * takes into use was reserved before, so it is not among them.
   */
  List<Span> newSince(MemoryMap before) {
    List<Span> spans = new ArrayList<>();
    for (Mapping mapping : mappings) {
      if (!mapping.canBeRam()) {
        continue;
      }
      long start = mapping.start;
      for (Mapping old : before.mappings) {
        if (old.end <= start) {
          continue;
        }
        if (old.start >= mapping.end) {
          break;
        }
        append(spans, start, old.start);
        start = old.end;
      }
      append(spans, start, mapping.end);
    }
    return spans;
  }

  private static void append(List<Span> spans, long start, long end) {
    if (start >= end) {
      return;
    }
    int last = spans.size() - 1;
    if (last >= 0 && spans.get(last).end == start) {
      spans.set(last, new Span(spans.get(last).start, end));
    } else {
      spans.add(new Span(start, end));
    }
  }

  /** Whether all of this memory is mapped, and can be read and written. */
  boolean covers(long address, long bytes) {
    long covered = address;
    for (Mapping mapping : mappings) {
      if (mapping.end <= covered) {
        continue;
      }
      if (mapping.start > covered || !mapping.permissions.startsWith("rw")) {
        return false;
      }
      covered = mapping.end;
      if (covered >= address + bytes) {
        return true;
      }
    }
    return false;
  }
}
