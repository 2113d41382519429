package io.ramshot;

import com.sun.jna.Function;
import com.sun.jna.Pointer;
import io.ramshot.uffd.GuestMemory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.SplittableRandom;

/** Guest RAM off the heap, in the shapes that emulators have. */
final class Ram {
  static final int PAGE = 4096;
  static final int CHUNK = 2 << 20;
  static final int MIB = 1 << 20;

  private static final int PROT_READ_WRITE = 3;
  private static final int MAP_PRIVATE_ANONYMOUS_NORESERVE = 0x4022;
  private static final int PAGEMAP_ENTRY_BYTES = 8;

  private Ram() {}

  /**
   * A direct buffer.
   *
   * @param lead its address modulo the page size, in bytes: 16 is where malloc puts large ones
   */
  static ByteBuffer buffer(int bytes, int lead) {
    ByteBuffer raw = ByteBuffer.allocateDirect(bytes + PAGE);
    int skip = Math.floorMod(lead - GuestMemory.addressOf(raw), PAGE);
    return raw.slice(skip, bytes).order(ByteOrder.nativeOrder());
  }

  /** A direct buffer that starts at a page. */
  static ByteBuffer buffer(int bytes) {
    return buffer(bytes, 0);
  }

  /** Memory that has never been touched and starts at a chunk; until {@link #unmap}. */
  static long map(long bytes) {
    long raw =
        Function.getFunction("c", "mmap")
            .invokeLong(
                new Object[] {
                  Pointer.NULL,
                  bytes + CHUNK,
                  PROT_READ_WRITE,
                  MAP_PRIVATE_ANONYMOUS_NORESERVE,
                  -1,
                  0L
                });
    if (raw == -1) {
      throw new IllegalStateException("mmap of " + bytes + " bytes failed");
    }
    long start = (raw + CHUNK - 1) & -CHUNK;
    if (start > raw) {
      unmap(raw, start - raw);
    }
    unmap(start + bytes, raw + CHUNK - start);
    return start;
  }

  static void unmap(long address, long bytes) {
    if (bytes > 0
        && Function.getFunction("c", "munmap").invokeInt(new Object[] {new Pointer(address), bytes})
            != 0) {
      throw new IllegalStateException("munmap failed");
    }
  }

  /** A view of mapped memory. */
  static ByteBuffer view(long address, int bytes) {
    return GuestMemory.view(address, bytes).order(ByteOrder.nativeOrder());
  }

  /** Fills it with bytes that tell their seed, and are never 0. */
  static void fill(ByteBuffer ram, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int at = 0;
    for (; at + Long.BYTES <= ram.capacity(); at += Long.BYTES) {
      ram.putLong(at, random.nextLong() | 0x0101010101010101L);
    }
    for (; at < ram.capacity(); at++) {
      ram.put(at, (byte) 1);
    }
  }

  static byte[] bytes(ByteBuffer ram) {
    byte[] bytes = new byte[ram.capacity()];
    ram.get(0, bytes);
    return bytes;
  }

  /** Writes to every page, first to last: hangs if one is protected and nobody answers. */
  static void writeEveryPage(ByteBuffer ram) {
    for (int at = 0; at < ram.capacity(); at += PAGE) {
      ram.put(at, (byte) (ram.get(at) + 1));
    }
    ram.put(ram.capacity() - 1, (byte) (ram.get(ram.capacity() - 1) + 1));
  }

  /** How many pages of a range the kernel holds memory for. */
  static long populatedPages(long address, long bytes) throws IOException {
    try (FileChannel pagemap =
        FileChannel.open(Path.of("/proc/self/pagemap"), StandardOpenOption.READ)) {
      ByteBuffer entries = ByteBuffer.allocateDirect(1 << 16).order(ByteOrder.nativeOrder());
      long end = (address + bytes) / PAGE * PAGEMAP_ENTRY_BYTES;
      long populated = 0;
      for (long at = address / PAGE * PAGEMAP_ENTRY_BYTES; at < end; ) {
        entries.clear().limit((int) Math.min(entries.capacity(), end - at));
        at += pagemap.read(entries, at);
        entries.flip();
        while (entries.remaining() >= PAGEMAP_ENTRY_BYTES) {
          populated += entries.getLong() >>> 62 != 0 ? 1 : 0; /* present or swapped */
        }
      }
      return populated;
    }
  }
}
