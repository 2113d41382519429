package io.ramshot.limits;

import io.ramshot.limits.MemoryLimit.Counted;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * What the control groups of this process allow, of version 1 and 2, on every level that can be
 * seen. Sources: Documentation/admin-guide/cgroup-v2.rst, cgroup-v1/memory.rst.
 */
final class ControlGroups {
  private final Path root;
  private final long pid;
  private final long swapFree;
  private final long populated;
  private final List<MemoryLimit> limits = new ArrayList<>();

  /**
   * @param root of the file system, "/" but for tests
   * @param pid of this process
   * @param swapFree of the system, in bytes
   * @param populated what this process has, in bytes: the least that a group of it holds
   */
  ControlGroups(Path root, long pid, long swapFree, long populated) {
    this.root = root;
    this.pid = pid;
    this.swapFree = swapFree;
    this.populated = populated;
  }

  List<MemoryLimit> limits() {
    String first = null;
    String second = null;
    for (String line : ProcText.lines(root.resolve("proc/self/cgroup"))) {
      String[] parts = line.split(":", 3);
      if (parts.length == 3 && parts[1].isEmpty()) {
        second = parts[2];
      } else if (parts.length == 3 && List.of(parts[1].split(",")).contains("memory")) {
        first = parts[2];
      }
    }
    for (GroupMount mount : GroupMount.read(root)) {
      String path = mount.second() ? second : first;
      if (path != null) {
        List<Path> levels = mount.levels(path, pid);
        if (mount.second()) {
          levels.forEach(this::addSecond);
        } else {
          addFirst(levels);
        }
      }
    }
    return limits;
  }

  private void addSecond(Path group) {
    OptionalLong used = ProcText.number(group.resolve("memory.current"));
    List<String> stat = ProcText.lines(group.resolve("memory.stat"));
    long reclaimable = reclaimable(stat, "");
    long swap = swapFree;
    OptionalLong mostSwap = ProcText.number(group.resolve("memory.swap.max"));
    if (mostSwap.isPresent()) {
      long swapped = ProcText.number(group.resolve("memory.swap.current")).orElse(0);
      swap = Math.max(0, Math.min(swap, mostSwap.getAsLong() - swapped));
    }
    add(group.resolve("memory.max"), used, reclaimable, swap);
    add(group.resolve("memory.high"), used, reclaimable, swap);
  }

  private void addFirst(List<Path> levels) {
    for (int i = 0; i < levels.size(); i++) {
      Path group = levels.get(i);
      if (i > 0 && ProcText.number(group.resolve("memory.use_hierarchy")).orElse(1) == 0) {
        return; /* what is below does not count here, nor further up */
      }
      List<String> stat = ProcText.lines(group.resolve("memory.stat"));
      OptionalLong used = ProcText.number(group.resolve("memory.usage_in_bytes"));
      OptionalLong both = ProcText.number(group.resolve("memory.memsw.usage_in_bytes"));
      long reclaimable = reclaimable(stat, "total_");
      boolean swaps = ProcText.number(group.resolve("memory.swappiness")).orElse(1) > 0;
      add(group.resolve("memory.limit_in_bytes"), used, reclaimable, swaps ? swapFree : 0);
      add(group.resolve("memory.memsw.limit_in_bytes"), both, reclaimable, 0);
      if (i == levels.size() - 1) {
        /* A level above the mount is not to be seen, but its limit is told. */
        Path file = group.resolve("memory.stat");
        add(file, "hierarchical_memory_limit", stat, used, reclaimable, swaps ? swapFree : 0);
        add(file, "hierarchical_memsw_limit", stat, both, reclaimable, 0);
      }
    }
  }

  private void add(
      Path file, String key, List<String> stat, OptionalLong used, long reclaimable, long swap) {
    OptionalLong limit = ProcText.value(stat, key);
    if (limit.isPresent()
        && limits.stream().noneMatch(seen -> seen.limitBytes() <= limit.getAsLong())) {
      add(key + " in " + name(file), limit.getAsLong(), used, reclaimable, swap);
    }
  }

  private void add(Path file, OptionalLong used, long reclaimable, long swap) {
    OptionalLong limit = ProcText.number(file);
    if (limit.isPresent()) {
      add(name(file), limit.getAsLong(), used, reclaimable, swap);
    }
  }

  private void add(String name, long limit, OptionalLong used, long reclaimable, long swap) {
    long taken = used.isPresent() ? Math.max(0, used.getAsLong() - reclaimable) : populated;
    limits.add(new MemoryLimit(name, Counted.POPULATED, limit, Math.max(0, limit - taken), swap));
  }

  /** As a user of this machine finds it. */
  private String name(Path file) {
    return "/" + root.relativize(file);
  }

  /**
   * File cache that the kernel takes back before it kills: all that is inactive, and, as for
   * MemAvailable, half of the rest.
   */
  private static long reclaimable(List<String> stat, String prefix) {
    return ProcText.value(stat, prefix + "inactive_file").orElse(0)
        + ProcText.value(stat, prefix + "active_file").orElse(0) / 2;
  }
}
