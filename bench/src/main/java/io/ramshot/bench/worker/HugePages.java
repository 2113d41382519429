package io.ramshot.bench.worker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How much of this process's memory is on huge pages, by /proc/self/smaps. */
public final class HugePages {
  private static final long KIB = 1024;

  private HugePages() {}

  /** Bytes on huge pages in the mappings that begin in this range of addresses. */
  public static long bytes(long from, long to) throws IOException {
    return sum("AnonHugePages:", from, to);
  }

  /** Bytes of memory in the mappings that begin in this range of addresses. */
  static long populated(long from, long to) throws IOException {
    return sum("Rss:", from, to);
  }

  private static long sum(String field, long from, long to) throws IOException {
    long sum = 0;
    boolean inside = false;
    for (String line : Files.readAllLines(Path.of("/proc/self/smaps"))) {
      if (line.matches("[0-9a-f]+-[0-9a-f]+ .*")) {
        long start = Long.parseUnsignedLong(line.substring(0, line.indexOf('-')), 16);
        inside = start >= from && start < to;
      } else if (inside && line.startsWith(field)) {
        sum += Long.parseLong(line.replaceAll("[^0-9]", "")) * KIB;
      }
    }
    return sum;
  }
}
