package io.ramshot.bench.worker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The most memory that this process has had since it was last asked, by /proc/self/status. */
final class OwnMemory {
  private static final long KIB = 1024;
  private static final String RESET_PEAK = "5";

  private final long startBytes;

  private OwnMemory(long startBytes) {
    this.startBytes = startBytes;
  }

  /** Begins anew: proc(5), clear_refs. */
  static OwnMemory watch() throws IOException {
    Files.writeString(Path.of("/proc/self/clear_refs"), RESET_PEAK);
    return new OwnMemory(field("VmRSS:") + field("VmPTE:"));
  }

  /** How much more it was at the peak than at the start, in bytes. */
  long extraBytes() throws IOException {
    return Math.max(0, field("VmHWM:") + field("VmPTE:") - startBytes);
  }

  private static long field(String name) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith(name)) {
        return Long.parseLong(line.replaceAll("[^0-9]", "")) * KIB;
      }
    }
    throw new IOException("/proc/self/status has no " + name);
  }
}
