package io.ramshot.bench.worker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The guest's memory: on huge pages or explicitly not, every page populated and none zero. */
final class GuestRam {
  static final int PAGE_BYTES = 4096;

  private static final long KIB = 1024;

  private final long address;
  private final long bytes;
  private final boolean huge;

  private GuestRam(long address, long bytes, boolean huge) {
    this.address = address;
    this.bytes = bytes;
    this.huge = huge;
  }

  static GuestRam map(long bytes, boolean huge) throws IOException {
    long address =
        BenchLibrary.check(
            "mapping " + bytes + " bytes of guest RAM",
            BenchLibrary.rb_ram_map(bytes, huge ? 1 : 0));
    return new GuestRam(address, bytes, huge);
  }

  long address() {
    return address;
  }

  long bytes() {
    return bytes;
  }

  int pages() {
    return Math.toIntExact(bytes / PAGE_BYTES);
  }

  /** Back to what {@link #map} made of it, as far as pages go; no guest thread may run. */
  void restore() throws IOException {
    if (huge) {
      BenchLibrary.rb_ram_collapse(address, bytes);
    }
    touch();
  }

  /** So that the guest meets no page fault, neither ours nor a host's. */
  void touch() throws IOException {
    BenchLibrary.check(
        "populating guest RAM for writing", BenchLibrary.rb_ram_touch(address, bytes));
  }

  /** Which part of it is on huge pages, by /proc/self/smaps. */
  double hugeShare() throws IOException {
    long hugeBytes = 0;
    boolean inside = false;
    for (String line : Files.readAllLines(Path.of("/proc/self/smaps"))) {
      if (line.matches("[0-9a-f]+-[0-9a-f]+ .*")) {
        long start = Long.parseUnsignedLong(line.substring(0, line.indexOf('-')), 16);
        inside = start >= address && start < address + bytes;
      } else if (inside && line.startsWith("AnonHugePages:")) {
        hugeBytes += Long.parseLong(line.replaceAll("[^0-9]", "")) * KIB;
      }
    }
    return (double) hugeBytes / bytes;
  }
}
