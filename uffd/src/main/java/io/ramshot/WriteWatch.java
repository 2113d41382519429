package io.ramshot;

import io.ramshot.uffd.EngineException;
import io.ramshot.uffd.Machine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.CRC32C;

/**
 * A few looks at guest RAM, some milliseconds apart, that tell whether somebody writes to it. All
 * of it is looked at up to a limit, else pages all over it; so a guest that stands still is never
 * taken for one that runs, and one that runs is seen mostly, not always.
 */
final class WriteWatch {
  /** The most that is looked at, in bytes: about 10 ms a look. */
  private static final long MOST_BYTES = 32L << 20;

  /** Between the looks at one page, at least; in ns. */
  private static final long BETWEEN_NANOS = 10_000_000;

  /** On a busy machine a thread may be without a processor for one or two. */
  private static final int LOOKS = 4;

  /** Of an entry of the pagemap: the page is swapped out; the one above it: it is present. */
  private static final int SWAPPED_BIT = 62;

  /** What is read at once, where all is looked at. */
  private static final int RUN = 1 << 20;

  private final List<Block> blocks;
  private final int pageBytes = Machine.pageBytes();
  private final long step;
  private final int run;
  private final com.sun.jna.Memory bounce = new com.sun.jna.Memory(RUN);

  private WriteWatch(List<Block> blocks) throws EngineException {
    this.blocks = blocks;
    long pagesApart = Math.max(1, blocks.stream().mapToLong(Block::length).sum() / MOST_BYTES + 1);
    run = pagesApart == 1 ? RUN : pageBytes;
    step = pagesApart == 1 ? RUN : pagesApart * pageBytes;
  }

  /** The name of a block that changes by itself. Takes 30 to 100 ms where none does. */
  static Optional<String> changing(List<Block> blocks) throws EngineException {
    WriteWatch watch = new WriteWatch(blocks);
    List<Long> first = watch.look();
    for (int look = 1; look < LOOKS; look++) {
      LockSupport.parkNanos(BETWEEN_NANOS);
      List<Long> now = watch.look();
      for (int i = 0; i < blocks.size(); i++) {
        if (!first.get(i).equals(now.get(i))) {
          return Optional.of(blocks.get(i).name());
        }
      }
    }
    return Optional.empty();
  }

  /** A checksum a block. */
  private List<Long> look() {
    List<Long> sums = new ArrayList<>(blocks.size());
    /* By the kernel: pages that may not be read must not end the JVM. */
    try (FileChannel memory = FileChannel.open(Path.of("/proc/self/mem"));
        FileChannel pages = FileChannel.open(Path.of("/proc/self/pagemap"))) {
      for (Block block : blocks) {
        sums.add(block.ram() == null ? sum(memory, pages, block) : sum(block.ram()));
      }
    } catch (IOException e) {
      while (sums.size() < blocks.size()) {
        sums.add(0L); /* nothing can be seen here */
      }
    }
    return sums;
  }

  private long sum(FileChannel memory, FileChannel pagemap, Block block) throws IOException {
    CRC32C sum = new CRC32C();
    long end = block.address() + block.length();
    for (long at = block.address() / pageBytes * pageBytes; at < end; at += step) {
      int pages = (int) ((Math.min(run, end - at) + pageBytes - 1) / pageBytes);
      ByteBuffer entries = ByteBuffer.allocate(pages * Long.BYTES).order(ByteOrder.nativeOrder());
      pagemap.read(entries, at / pageBytes * Long.BYTES);
      for (int first = 0; first < pages; ) {
        boolean there = isThere(entries, first);
        int past = first + 1;
        while (past < pages && isThere(entries, past) == there) {
          past++;
        }
        sum.update(there ? 1 : 0);
        if (there) {
          sum(
              sum,
              memory,
              Math.max(block.address(), at + (long) first * pageBytes),
              Math.min(end, at + (long) past * pageBytes));
        }
        first = past;
      }
    }
    return sum.getValue();
  }

  /** A page that was never written to is not read either: that would populate it. */
  private static boolean isThere(ByteBuffer entries, int page) {
    return entries.getLong(page * Long.BYTES) >>> SWAPPED_BIT != 0;
  }

  private void sum(CRC32C sum, FileChannel memory, long from, long to) {
    try {
      ByteBuffer bytes = bounce.getByteBuffer(0, to - from);
      memory.read(bytes, from);
      sum.update(bytes.flip());
    } catch (IOException e) {
      sum.update(0); /* it may be looked at by nobody */
    }
  }

  private long sum(HeapRam ram) {
    CRC32C sum = new CRC32C();
    int elements = run / ram.elementBytes();
    long apart = step / ram.elementBytes();
    for (Object piece : ram.pieces()) {
      long count = piece == null ? 0 : PrimitiveArray.bytes(piece) / ram.elementBytes();
      for (long at = 0; at < count; at += apart) {
        int some = (int) Math.min(elements, count - at);
        PrimitiveArray.read(piece, (int) at, some, bounce, 0);
        ByteBuffer bytes = bounce.getByteBuffer(0, (long) some * ram.elementBytes());
        sum.update(bytes);
      }
    }
    return sum.getValue();
  }
}
