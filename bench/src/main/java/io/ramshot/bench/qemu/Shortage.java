package io.ramshot.bench.qemu;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Whether the machine has the memory for a guest of QEMU's, beside the bench's own. */
final class Shortage {
  /** QEMU itself and the page cache that its file goes through, in bytes. */
  private static final long BESIDES_RAM = 512L << 20;

  private Shortage() {}

  /** Why a guest of this size would not fit; empty if it does, or if nobody knows. */
  static Optional<String> of(long ramBytes) {
    try {
      return of(ramBytes, Files.readString(Path.of("/proc/meminfo")));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  static Optional<String> of(long ramBytes, String meminfo) throws IOException {
    long available = ProcFiles.kibibytes(meminfo, "MemAvailable") * 1024;
    if (available >= ramBytes + BESIDES_RAM) {
      return Optional.empty();
    }
    return Optional.of(
        "QEMU needs %d MiB of free memory, and there are %d MiB"
            .formatted(ramBytes + BESIDES_RAM >> 20, available >> 20));
  }
}
