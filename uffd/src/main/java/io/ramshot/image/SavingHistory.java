package io.ramshot.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * How a snapshot was saved: who saved each chunk, when, and how long guest threads waited. Stands
 * in the image's optional section {@code hist} (docs/FORMAT.md).
 *
 * @param chunkBytes length of a chunk, in bytes
 * @param blocks one a block of the image, in their order
 * @param stalls by length, shortest first; empty where nobody waited
 */
public record SavingHistory(int chunkBytes, List<ChunkHistory> blocks, List<StallCount> stalls) {
  /** The section's type. */
  public static final String SECTION = "hist";

  /** Before the blocks, of each block, and before the stalls, in bytes. */
  private static final int HEAD_LENGTH = 8;

  private static final int BLOCK_HEAD_LENGTH = 12;
  private static final int COUNT_LENGTH = 4;
  private static final int STALL_LENGTH = 16;

  private static final int LONGEST_CHUNK = 1 << 30;

  public SavingHistory {
    blocks = List.copyOf(blocks);
    stalls = List.copyOf(stalls);
  }

  /**
   * How many chunks a block has.
   *
   * @param firstPages pages of its first chunk, where it has as many
   * @param chunkPages pages of a whole one
   */
  public static int chunks(long pages, int firstPages, int chunkPages) {
    return pages <= firstPages
        ? 1
        : Math.toIntExact(1 + (pages - firstPages + chunkPages - 1) / chunkPages);
  }

  /** The first image page of a block's chunk; of the chunk after the last, the page after it. */
  public long firstPage(ImageBlock block, int chunk, int pageSize) {
    ChunkHistory history = blocks.get(block.id());
    long page = chunk == 0 ? 0 : history.firstPages() + (chunk - 1L) * (chunkBytes / pageSize);
    return Math.min(page, block.pageCount(pageSize));
  }

  /** For {@link ImageContents}. */
  public ExtraSection encode() {
    long length = HEAD_LENGTH + COUNT_LENGTH + (long) STALL_LENGTH * stalls.size();
    for (ChunkHistory block : blocks) {
      length += BLOCK_HEAD_LENGTH + padded(block.chunks()) + 4L * block.chunks();
    }
    ByteBuffer out = ByteBuffer.allocate(Math.toIntExact(length)).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(chunkBytes).putInt(0);
    for (int id = 0; id < blocks.size(); id++) {
      ChunkHistory block = blocks.get(id);
      out.putInt(id).putInt(block.firstPages()).putInt(block.chunks());
      out.put(block.savers());
      out.position(out.position() + padded(block.chunks()) - block.chunks());
      for (int micros : block.micros()) {
        out.putInt(micros);
      }
    }
    out.putInt(stalls.size());
    for (StallCount stall : stalls) {
      out.putLong(stall.upToNanos()).putLong(stall.count());
    }
    return new ExtraSection(SECTION, out.flip());
  }

  private static int padded(int length) {
    return length + 3 & -4;
  }

  /**
   * Reads a payload and checks all of it against the image's blocks.
   *
   * @param payload from position to limit
   * @param blocks of the image
   * @throws IllegalArgumentException if it is no history of these blocks; says why
   */
  static SavingHistory decode(ByteBuffer payload, List<ImageBlock> blocks, int pageSize) {
    ByteBuffer in = payload.slice().order(ByteOrder.LITTLE_ENDIAN);
    require(in, HEAD_LENGTH, "its head");
    int chunkBytes = in.getInt();
    if (chunkBytes < pageSize || chunkBytes > LONGEST_CHUNK || Integer.bitCount(chunkBytes) != 1) {
      throw bad("has chunks of %s bytes", Integer.toUnsignedString(chunkBytes));
    }
    requireZero(in.getInt(), "a reserved word");
    List<ChunkHistory> histories = new ArrayList<>(blocks.size());
    for (ImageBlock block : blocks) {
      histories.add(decodeBlock(in, block, chunkBytes / pageSize, pageSize));
    }
    List<StallCount> stalls = decodeStalls(in);
    if (in.hasRemaining()) {
      throw bad("has %d bytes too many", in.remaining());
    }
    return new SavingHistory(chunkBytes, histories, stalls);
  }

  private static ChunkHistory decodeBlock(
      ByteBuffer in, ImageBlock block, int chunkPages, int pageSize) {
    require(in, BLOCK_HEAD_LENGTH, "block " + block.name());
    int id = in.getInt();
    if (id != block.id()) {
      throw bad("has block %s in the place of block %d", Integer.toUnsignedString(id), block.id());
    }
    int firstPages = in.getInt();
    if (firstPages < 1 || firstPages > chunkPages) {
      throw bad(
          "has block %s begin with a chunk of %s pages",
          block.name(), Integer.toUnsignedString(firstPages));
    }
    int count = in.getInt();
    int expected = chunks(block.pageCount(pageSize), firstPages, chunkPages);
    if (count != expected) {
      throw bad(
          "has %s chunks of block %s, which has %d",
          Integer.toUnsignedString(count), block.name(), expected);
    }
    require(in, padded(count) + 4L * count, "the chunks of block " + block.name());
    byte[] savers = new byte[count];
    in.get(savers);
    for (int i = count; i < padded(count); i++) {
      requireZero(in.get(), "padding");
    }
    int[] micros = new int[count];
    for (int i = 0; i < count; i++) {
      micros[i] = in.getInt();
    }
    return new ChunkHistory(firstPages, savers, micros);
  }

  private static List<StallCount> decodeStalls(ByteBuffer in) {
    require(in, COUNT_LENGTH, "its stalls");
    long count = Integer.toUnsignedLong(in.getInt());
    require(in, STALL_LENGTH * count, "its stalls");
    List<StallCount> stalls = new ArrayList<>((int) count);
    long last = -1;
    for (long i = 0; i < count; i++) {
      StallCount stall = new StallCount(in.getLong(), in.getLong());
      if (stall.upToNanos() <= last) {
        throw bad("has stalls of %d ns after those of %d ns", stall.upToNanos(), last);
      }
      last = stall.upToNanos();
      stalls.add(stall);
    }
    return stalls;
  }

  private static void require(ByteBuffer in, long bytes, String what) {
    if (in.remaining() < bytes) {
      throw bad("ends before %s", what);
    }
  }

  private static void requireZero(int value, String what) {
    if (value != 0) {
      throw bad("has %s that is not zero", what);
    }
  }

  private static IllegalArgumentException bad(String format, Object... values) {
    return new IllegalArgumentException(String.format(format, values));
  }
}
