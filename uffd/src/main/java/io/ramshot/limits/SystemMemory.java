package io.ramshot.limits;

import io.ramshot.limits.MemoryLimit.Counted;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** What the whole system has left. */
final class SystemMemory {
  private static final long NEVER_OVERCOMMIT = 2;

  private final Path root;
  private final List<String> meminfo;

  SystemMemory(Path root) {
    this.root = root;
    this.meminfo = ProcText.lines(root.resolve("proc/meminfo"));
  }

  /** Swap that is free, in bytes. */
  long swapFree() {
    return ProcText.value(meminfo, "SwapFree").orElse(0);
  }

  List<MemoryLimit> limits() {
    List<MemoryLimit> limits = new ArrayList<>();
    OptionalLong available = ProcText.value(meminfo, "MemAvailable");
    if (available.isPresent()) {
      long total = ProcText.value(meminfo, "MemTotal").orElse(available.getAsLong());
      limits.add(
          new MemoryLimit(
              "this machine's memory",
              Counted.POPULATED,
              total,
              available.getAsLong(),
              swapFree()));
    }
    OptionalLong limit = ProcText.value(meminfo, "CommitLimit");
    OptionalLong committed = ProcText.value(meminfo, "Committed_AS");
    long mode = ProcText.number(root.resolve("proc/sys/vm/overcommit_memory")).orElse(0);
    if (mode == NEVER_OVERCOMMIT && limit.isPresent() && committed.isPresent()) {
      long left = Math.max(0, limit.getAsLong() - committed.getAsLong());
      limits.add(
          new MemoryLimit(
              "CommitLimit in /proc/meminfo (vm.overcommit_memory=2)",
              Counted.WRITABLE,
              limit.getAsLong(),
              left,
              0));
    }
    return limits;
  }
}
