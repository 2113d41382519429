package io.ramshot.hooks.discover;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32C;

/**
 * Memory outside the Java heap, which its owner may free at any moment.
 *
 * <p>It is read through /proc/self/mem: what is gone is an error there, where a load would kill the
 * JVM. Nothing is held, so that the host's memory is freed when the host wants it.
 */
final class NativePages implements Pages {

  /**
   * @param address of the first byte
   * @param bytes how many
   */
  record Range(long address, long bytes) {}

  private final List<Range> ranges;
  private final boolean unheld;
  private final byte[] page = new byte[PAGE];
  private final CRC32C crc = new CRC32C();

  /**
   * @param unheld whether it is native code's, and no field holds the buffer it was seen through
   */
  NativePages(List<Range> ranges, boolean unheld) {
    this.ranges = ranges;
    this.unheld = unheld;
  }

  /** Whether it is guest RAM only for as long as somebody happens to have a buffer over it. */
  boolean isUnheld() {
    return unheld;
  }

  @Override
  public long bytes() {
    return ranges.stream().mapToLong(Range::bytes).sum();
  }

  /** The length of the smallest block, in bytes. */
  long smallest() {
    return ranges.stream().mapToLong(Range::bytes).min().orElse(0);
  }

  @Override
  public int count() {
    return ranges.stream().mapToInt(NativePages::pages).sum();
  }

  private static int pages(Range range) {
    return (int) ((range.bytes + PAGE - 1) / PAGE);
  }

  @Override
  public void hash(int stride, int[] hashes) throws IOException {
    try (RandomAccessFile memory = new RandomAccessFile("/proc/self/mem", "r")) {
      int at = 0;
      int next = 0;
      for (Range range : ranges) {
        int pages = pages(range);
        for (; next < at + pages; next += stride) {
          hashes[next / stride] = hash(memory, range, (long) (next - at) * PAGE);
        }
        at += pages;
      }
    }
  }

  /** Whether one of the ranges begins there. */
  boolean startsAt(long address) {
    return ranges.stream().anyMatch(r -> r.address() == address);
  }

  /** Whether all of it is still allocated. */
  boolean areIn(Set<Long> addresses) {
    return ranges.stream().allMatch(r -> addresses.contains(r.address));
  }

  private int hash(RandomAccessFile memory, Range range, long offset) {
    int length = (int) Math.min(PAGE, range.bytes - offset);
    try {
      memory.seek(range.address + offset);
      memory.readFully(page, 0, length);
    } catch (IOException e) {
      return 0;
    }
    crc.reset();
    crc.update(page, 0, length);
    return (int) crc.getValue();
  }
}
