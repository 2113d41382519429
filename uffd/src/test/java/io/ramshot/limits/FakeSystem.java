package io.ramshot.limits;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The files of a made-up machine in which process 42 asks for its limits. */
final class FakeSystem {
  static final long PID = 42;
  static final long MIB = 1 << 20;

  private final Path root;

  /** With 16 GiB, of which 8 are available, and no limits. */
  FakeSystem(Path root) throws IOException {
    this.root = root;
    write("proc/meminfo", "MemTotal: 16777216 kB\nMemAvailable: 8388608 kB\nSwapFree: 0 kB");
    write("proc/self/cgroup", "0::/");
    write("proc/self/mountinfo", "22 1 8:1 / / rw - ext4 /dev/sda rw");
    limits("unlimited", "unlimited");
    write("proc/self/status", "VmSize:\t 1048576 kB\nVmRSS:\t 204800 kB\nVmData:\t 524288 kB");
  }

  FakeSystem write(String file, String text) throws IOException {
    Path path = root.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text + "\n");
    return this;
  }

  /** A mount of version 2 at /sys/fs/cgroup. */
  FakeSystem second(String mountRoot, String group) throws IOException {
    write("proc/self/cgroup", "0::" + group);
    return mount("24 22 0:21 " + mountRoot + " /sys/fs/cgroup rw - cgroup2 cgroup2 rw,nsdelegate");
  }

  /** A mount of version 1 at /sys/fs/cgroup/memory. */
  FakeSystem first(String mountRoot, String group) throws IOException {
    write("proc/self/cgroup", "5:cpu:/elsewhere\n4:memory:" + group + "\n0::/");
    return mount("35 31 0:32 " + mountRoot + " /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory");
  }

  FakeSystem mount(String... lines) throws IOException {
    return write("proc/self/mountinfo", String.join("\n", lines));
  }

  FakeSystem limits(String addresses, String data) throws IOException {
    return write(
        "proc/self/limits",
        "Limit                     Soft Limit           Hard Limit           Units     \n"
            + String.format("%-25s %-20s %-20s bytes     %n", "Max data size", data, "unlimited")
            + String.format(
                "%-25s %-20s %-20s bytes", "Max address space", addresses, "unlimited"));
  }

  /** A group of version 2: its files in sys/fs/cgroup, in MiB. */
  FakeSystem group(String name, String max, String high, long current) throws IOException {
    String folder = "sys/fs/cgroup" + name;
    write(folder + "/cgroup.procs", "1");
    write(folder + "/memory.max", max);
    write(folder + "/memory.high", high);
    return write(folder + "/memory.current", Long.toString(current * MIB));
  }

  /** A group of version 1, in MiB; a limit of 0 is none. */
  FakeSystem oldGroup(String name, long limit, long used) throws IOException {
    String folder = "sys/fs/cgroup/memory" + name;
    write(folder + "/cgroup.procs", "1");
    write(
        folder + "/memory.limit_in_bytes",
        limit == 0 ? "9223372036854771712" : Long.toString(limit * MIB));
    return write(folder + "/memory.usage_in_bytes", Long.toString(used * MIB));
  }

  List<MemoryLimit> read() {
    return MemoryLimits.read(root, PID);
  }

  /** The limit of which the least is left. */
  MemoryLimit least() {
    return read().stream().min((a, b) -> Long.compare(a.leftBytes(), b.leftBytes())).orElseThrow();
  }
}
