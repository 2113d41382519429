package io.ramshot.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A control group of a test's own that limits memory, by version 1 or 2, whichever this machine has
 * the memory controller in. Needs root.
 */
public final class MemoryGroup implements AutoCloseable {
  private static final long REMOVE_NANOS = 20_000_000_000L;
  private static final Path ROOT = Path.of("/sys/fs/cgroup");

  private final Path folder;
  private final boolean second;

  private MemoryGroup(Path folder, boolean second) {
    this.folder = folder;
    this.second = second;
  }

  /** At the top of the hierarchy, without a limit. */
  public static MemoryGroup create(String name) throws IOException {
    boolean second = !Files.exists(ROOT.resolve("memory/memory.limit_in_bytes"));
    Path top = second ? ROOT : ROOT.resolve("memory");
    if (second) {
      Path controllers = top.resolve("cgroup.controllers");
      if (!Files.exists(controllers) || !Files.readString(controllers).contains("memory")) {
        throw new IOException(
            "this machine has no memory controller, of version 1 in "
                + ROOT
                + "/memory or of version 2 in "
                + ROOT
                + ": mount one, the limits of control groups cannot be tested without");
      }
      Files.writeString(top.resolve("cgroup.subtree_control"), "+memory");
    }
    return new MemoryGroup(top, second).child(name + "-" + ProcessHandle.current().pid());
  }

  /** A group within this one, which must have no process of its own then. */
  public MemoryGroup child(String name) throws IOException {
    Path child = folder.resolve(name);
    if (second && Files.exists(folder.resolve("memory.max"))) {
      Files.writeString(folder.resolve("cgroup.subtree_control"), "+memory");
    }
    return new MemoryGroup(Files.createDirectory(child), second);
  }

  public MemoryGroup limit(long bytes) throws IOException {
    Files.writeString(limitFile(), Long.toString(bytes));
    return this;
  }

  /** The file that a message about this limit names. */
  public Path limitFile() {
    return folder.resolve(second ? "memory.max" : "memory.limit_in_bytes");
  }

  /** What is charged to it just now, in bytes. */
  public long used() throws IOException {
    return number(second ? "memory.current" : "memory.usage_in_bytes");
  }

  /** The most that was ever charged to it, in bytes. */
  public long peak() throws IOException {
    return number(second ? "memory.peak" : "memory.max_usage_in_bytes");
  }

  private long number(String file) throws IOException {
    return Long.parseLong(Files.readString(folder.resolve(file)).strip());
  }

  /** How many processes were killed in it for want of memory. */
  public long killed() throws IOException {
    Path events = folder.resolve(second ? "memory.events" : "memory.oom_control");
    for (String line : Files.readAllLines(events)) {
      if (line.startsWith("oom_kill ")) {
        return Long.parseLong(line.substring("oom_kill ".length()));
      }
    }
    throw new IOException(events + " does not tell");
  }

  /** A command that executes its last arguments within this group. */
  public String[] entering(String... more) {
    List<String> command =
        new ArrayList<>(
            List.of("sh", "-c", "echo $$ > " + folder + "/cgroup.procs && exec \"$@\"", "sh"));
    command.addAll(List.of(more));
    return command.toArray(String[]::new);
  }

  /** Removes it, once the processes in it have ended. */
  @Override
  public void close() throws IOException {
    long until = System.nanoTime() + REMOVE_NANOS;
    while (true) {
      try {
        Files.delete(folder);
        return;
      } catch (IOException e) {
        if (System.nanoTime() > until) {
          throw new IOException(folder + " cannot be removed: " + members(), e);
        }
        try {
          Thread.sleep(20);
        } catch (InterruptedException interrupted) {
          Thread.currentThread().interrupt();
          throw e;
        }
      }
    }
  }

  private String members() throws IOException {
    try (Stream<String> lines = Files.lines(folder.resolve("cgroup.procs"))) {
      return lines.toList().toString();
    }
  }
}
