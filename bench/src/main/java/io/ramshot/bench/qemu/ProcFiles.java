package io.ramshot.bench.qemu;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What Linux tells about a process: CPU time and memory; see proc(5). */
final class ProcFiles {
  /** Linux shows CPU times to programs in hundredths of a second (USER_HZ). */
  private static final double TICKS_PER_SECOND = 100;

  private final Path folder;

  ProcFiles(long pid) {
    folder = Path.of("/proc", Long.toString(pid));
  }

  /** CPU time of the process and its children that have ended, in s. */
  double cpuSeconds() throws IOException {
    return cpuSeconds(Files.readString(folder.resolve("stat")), 4);
  }

  /** CPU time of one of its threads, in s. */
  double threadCpuSeconds(long tid) throws IOException {
    return cpuSeconds(Files.readString(folder.resolve("task/" + tid + "/stat")), 2);
  }

  /** Memory that is there, with its page tables, in bytes. */
  long residentBytes() throws IOException {
    return status("VmRSS");
  }

  /** The most there ever was, or since {@link #forgetPeak}, with page tables now, in bytes. */
  long peakResidentBytes() throws IOException {
    return status("VmHWM");
  }

  private long status(String key) throws IOException {
    String status = Files.readString(folder.resolve("status"));
    return (kibibytes(status, key) + kibibytes(status, "VmPTE")) * 1024;
  }

  void forgetPeak() throws IOException {
    Files.writeString(folder.resolve("clear_refs"), "5");
  }

  /** Memory on huge pages, in bytes. */
  long hugeBytes() throws IOException {
    return kibibytes(Files.readString(folder.resolve("smaps_rollup")), "AnonHugePages") * 1024;
  }

  /**
   * @param fields how many to add from utime on: 2, or 4 with those of the children
   */
  static double cpuSeconds(String stat, int fields) {
    // The name stands in brackets and may hold anything; utime is the 12th field after it.
    String[] words = stat.substring(stat.lastIndexOf(')') + 2).trim().split(" ");
    long ticks = 0;
    for (int i = 0; i < fields; i++) {
      ticks += Long.parseLong(words[11 + i]);
    }
    return ticks / TICKS_PER_SECOND;
  }

  static long kibibytes(String text, String key) throws IOException {
    for (String line : text.split("\n")) {
      if (line.startsWith(key + ":")) {
        return Long.parseLong(line.substring(key.length() + 1).replace("kB", "").trim());
      }
    }
    throw new IOException("no " + key + " in " + text.lines().count() + " lines of /proc");
  }
}
