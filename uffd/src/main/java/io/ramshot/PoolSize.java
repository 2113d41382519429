package io.ramshot;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * How large the copy pool is when nobody said: a quarter of the memory that is available now, by
 * {@code MemAvailable} and the control group's limit, but no more than the guest's RAM. A guest
 * that writes all of its RAM waits for the disk as soon as the pool is full.
 */
final class PoolSize {
  private static final Path MEMINFO = Path.of("/proc/meminfo");
  private static final Path GROUP = Path.of("/sys/fs/cgroup");

  private PoolSize() {}

  /** In bytes, at least one chunk. */
  static long automatic(long guestBytes) {
    return automatic(guestBytes, MEMINFO, GROUP);
  }

  static long automatic(long guestBytes, Path meminfo, Path group) {
    long available = Math.min(available(meminfo), groupRest(group));
    long chunks =
        (Math.min(available / 4, guestBytes) + SnapshotOptions.CHUNK_BYTES - 1)
            / SnapshotOptions.CHUNK_BYTES;
    return Math.max(1, chunks) * SnapshotOptions.CHUNK_BYTES;
  }

  private static long available(Path meminfo) {
    for (String line : lines(meminfo)) {
      if (line.startsWith("MemAvailable:")) {
        return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
      }
    }
    return 0; /* then one chunk: right, if slow */
  }

  private static long groupRest(Path group) {
    long limit = number(group.resolve("memory.max"));
    long used = number(group.resolve("memory.current"));
    return limit < 0 || used < 0 ? Long.MAX_VALUE : Math.max(0, limit - used);
  }

  /** The number in a file, -1 where there is none ("max", or no such group). */
  private static long number(Path file) {
    List<String> lines = lines(file);
    return lines.isEmpty() || !lines.get(0).matches("[0-9]{1,18}")
        ? -1
        : Long.parseLong(lines.get(0));
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      return List.of();
    }
  }
}
