package io.ramshot.limits;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** All limits on this process's memory, as they are at one moment. Reading them takes some ms. */
public final class MemoryLimits {

  private MemoryLimits() {}

  /** In no order; what cannot be read does not limit. */
  public static List<MemoryLimit> read() {
    return read(Path.of("/"), ProcessHandle.current().pid());
  }

  /**
   * @param root of the file system, with proc and the mounts of control groups
   */
  static List<MemoryLimit> read(Path root, long pid) {
    SystemMemory system = new SystemMemory(root);
    ProcessLimits process = new ProcessLimits(root);
    List<MemoryLimit> limits = new ArrayList<>(system.limits());
    limits.addAll(
        new ControlGroups(root, pid, system.swapFree(), process.populatedBytes()).limits());
    limits.addAll(process.limits());
    return limits;
  }
}
