package io.ramshot.bench.driver;

import io.ramshot.bench.cell.CellSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Whether the machine has memory for a guest: whoever takes what others need gets them killed. */
public final class SystemMemory {
  private SystemMemory() {}

  /** Why so many bytes are too many; empty if they are there, or if nobody knows. */
  public static Optional<String> shortage(long bytes) throws IOException {
    return shortage(bytes, Files.readString(Path.of("/proc/meminfo")));
  }

  static Optional<String> shortage(long bytes, String meminfo) {
    return meminfo
        .lines()
        .filter(line -> line.startsWith("MemAvailable:"))
        .map(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) << 10)
        .filter(available -> available < bytes)
        .map(
            available ->
                "it takes "
                    + CellSize.text(bytes)
                    + " of memory and "
                    + CellSize.text(available)
                    + " are free: run it on a larger machine, or when there is less to do")
        .findFirst();
  }
}
