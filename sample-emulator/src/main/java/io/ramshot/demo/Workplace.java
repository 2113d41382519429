package io.ramshot.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The folder for the snapshots, and whether this computer has room for the demo. */
final class Workplace {
  /** What a file has besides guest RAM, in bytes: header, index, states. */
  private static final long FILE_EXTRA = 4 * Units.MIB;

  private static final int RAM_PER_INDEX = 512;

  /** Besides guest RAM, in bytes: two JVMs. The copy pool takes a part of what is free. */
  private static final long MEMORY_EXTRA = 600 * Units.MIB;

  private final Path folder;
  private final boolean keep;

  private Workplace(Path folder, boolean keep) {
    this.folder = folder;
    this.keep = keep;
  }

  /**
   * Makes the folder, when there is room for the demo.
   *
   * @param keep where the files are to stay, or null for a temporary folder
   * @param files how many snapshots
   * @param atOnce how many files of the size of guest RAM there are at most at a time
   * @param memory guest RAM in bytes
   */
  static Workplace open(Path keep, int files, int atOnce, long memory) throws DemoException {
    requireMemory(memory);
    try {
      Path folder =
          keep == null
              ? Files.createTempDirectory(temporary(), "ramshot-demo-")
              : Files.createDirectories(keep);
      Workplace workplace = new Workplace(folder, keep != null);
      try {
        workplace.requireDisk(atOnce * (memory + memory / RAM_PER_INDEX + FILE_EXTRA));
        for (int i = 1; i <= files; i++) {
          DemoException.require(
              Files.notExists(workplace.file(i)), "%s exists: remove it", workplace.file(i));
        }
      } catch (DemoException | IOException e) {
        workplace.close();
        throw e;
      }
      return workplace;
    } catch (IOException e) {
      throw new DemoException("no folder for the snapshots: " + e, e);
    }
  }

  /** /tmp is in RAM on many systems, /var/tmp on none. */
  private static Path temporary() {
    String named = System.getenv("TMPDIR");
    return Stream.of(named == null ? "" : named, "/var/tmp", System.getProperty("java.io.tmpdir"))
        .filter(name -> !name.isEmpty())
        .map(Path::of)
        .filter(path -> Files.isDirectory(path) && Files.isWritable(path))
        .findFirst()
        .orElse(Path.of(""));
  }

  private static void requireMemory(long memory) throws DemoException {
    long need = memory + memory / 4 + MEMORY_EXTRA;
    long free = freeMemory();
    DemoException.require(
        free >= need,
        "a guest of %s needs %s of free memory, but there are %s: try --memory=%dm",
        Units.bytes(memory),
        Units.bytes(need),
        Units.bytes(free),
        Math.max(64, (free - MEMORY_EXTRA) * 4 / 5 / Units.MIB / 32 * 32));
  }

  /** In bytes; as much as the kernel and the control group leave. */
  private static long freeMemory() throws DemoException {
    try {
      long free = Long.MAX_VALUE;
      for (String line : Files.readAllLines(Path.of("/proc/meminfo"))) {
        if (line.startsWith("MemAvailable:")) {
          free = Long.parseLong(line.replaceAll("[^0-9]", "")) * Units.KIB;
        }
      }
      Path limit = Path.of("/sys/fs/cgroup/memory.max");
      Path used = Path.of("/sys/fs/cgroup/memory.current");
      if (Files.isReadable(limit) && Files.isReadable(used)) {
        String most = Files.readString(limit).strip();
        if (!most.equals("max")) {
          long left = Long.parseLong(most) - Long.parseLong(Files.readString(used).strip());
          free = Math.min(free, left);
        }
      }
      return free;
    } catch (IOException | NumberFormatException e) {
      throw new DemoException("cannot find out how much memory is free: " + e, e);
    }
  }

  private void requireDisk(long need) throws IOException, DemoException {
    long free = Files.getFileStore(folder).getUsableSpace();
    DemoException.require(
        free >= need,
        "the snapshots need %s in %s, but there are %s: lower --memory, or set TMPDIR",
        Units.bytes(need),
        folder,
        Units.bytes(free));
  }

  Path folder() {
    return folder;
  }

  boolean keeps() {
    return keep;
  }

  /** The file of a snapshot, counted from 1. */
  Path file(int number) {
    return folder.resolve("snapshot-" + number + ".ramshot");
  }

  /** Removes a file that is not needed any more, unless files are kept. */
  void done(Path file) throws DemoException {
    if (!keep) {
      try {
        Files.deleteIfExists(file);
      } catch (IOException e) {
        throw new DemoException("cannot remove " + file + ": " + e, e);
      }
    }
  }

  /** Removes the folder, unless it is kept. */
  void close() {
    if (keep || !Files.exists(folder)) {
      return;
    }
    List<Path> paths;
    try (Stream<Path> walk = Files.walk(folder)) {
      paths = walk.sorted(Comparator.reverseOrder()).toList();
    } catch (IOException | UncheckedIOException e) {
      System.err.println("demo: " + folder + " cannot be removed: " + e);
      return;
    }
    for (Path path : paths) {
      try {
        Files.deleteIfExists(path);
      } catch (IOException e) {
        System.err.println("demo: " + path + " cannot be removed: " + e);
      }
    }
  }
}
