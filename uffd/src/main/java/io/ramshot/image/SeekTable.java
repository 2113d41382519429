package io.ramshot.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Which frames a packed image consists of, from the table at its end: Zstandard's seekable format
 * 0.1.0. Frames are numbered from 0.
 */
final class SeekTable {
  /**
   * The longest content that a frame may have, in bytes: it is what one read may have to unpack.
   */
  static final int MAX_CONTENT = 8 << 20;

  /** The longest frame, in bytes: no compressor makes more of {@link #MAX_CONTENT}. */
  static final int MAX_FRAME = MAX_CONTENT + (MAX_CONTENT >> 8) + 64;

  static final int SKIPPABLE_MAGIC = 0x184D2A5E;
  static final int MAGIC = 0x8F92EAB1;

  /** In bytes. */
  static final int HEADER_LENGTH = 8;

  static final int FOOTER_LENGTH = 9;

  /** The flag of the descriptor that says that entries have checksums. */
  static final int CHECKSUM_FLAG = 0x80;

  /** Bits of the descriptor that a reader of this version of the format must refuse. */
  private static final int RESERVED = 0x7C;

  /**
   * The least that a frame takes, in bytes; what a table needs in memory is less than its frames.
   */
  private static final int MIN_FRAME = 8;

  private static final int STEP = 1 << 16;

  private final long[] offsets;
  private final long[] starts;
  private final int[] checksums;
  private int longestContent;

  private SeekTable(int frames, boolean checksums) {
    this.offsets = new long[frames + 1];
    this.starts = new long[frames + 1];
    this.checksums = checksums ? new int[frames] : null;
  }

  /**
   * @throws ImageException if there is no table, or it does not describe the whole file
   */
  static SeekTable read(StoredFile file) throws ImageException {
    long length = file.length();
    if (length < HEADER_LENGTH + FOOTER_LENGTH) {
      throw missing(file);
    }
    ByteBuffer footer = bytes(file, length - FOOTER_LENGTH, FOOTER_LENGTH);
    if (footer.getInt(5) != MAGIC) {
      throw missing(file);
    }
    long frames = Integer.toUnsignedLong(footer.getInt(0));
    int descriptor = footer.get(4);
    if ((descriptor & RESERVED) != 0) {
      throw damaged(file, "has a descriptor with unknown bits");
    }
    boolean checksums = (descriptor & CHECKSUM_FLAG) != 0;
    int entryLength = checksums ? 12 : 8;
    if (frames > (length - HEADER_LENGTH - FOOTER_LENGTH) / (entryLength + MIN_FRAME)) {
      throw damaged(file, "has " + frames + " frames, more than there is room for");
    }
    long end = length - FOOTER_LENGTH - frames * entryLength - HEADER_LENGTH;
    ByteBuffer header = bytes(file, end, HEADER_LENGTH);
    if (header.getInt(0) != SKIPPABLE_MAGIC
        || Integer.toUnsignedLong(header.getInt(4)) != frames * entryLength + FOOTER_LENGTH) {
      throw damaged(file, "does not begin where its length says");
    }
    try {
      SeekTable table = new SeekTable((int) frames, checksums);
      table.readEntries(file, end, entryLength);
      return table;
    } catch (OutOfMemoryError e) {
      throw new ImageException(
          file.path(), "has " + frames + " frames, too many for this JVM's heap: raise -Xmx", e);
    }
  }

  /**
   * @param end of the last frame, where the table begins
   */
  private void readEntries(StoredFile file, long end, int entryLength) throws ImageException {
    ByteBuffer entries = ByteBuffer.allocate(0);
    long at = end + HEADER_LENGTH;
    for (int frame = 0; frame < frames(); frame++) {
      if (!entries.hasRemaining()) {
        int count = Math.min(frames() - frame, STEP / entryLength);
        entries = bytes(file, at, count * entryLength);
        at += (long) count * entryLength;
      }
      long frameLength = Integer.toUnsignedLong(entries.getInt());
      long content = Integer.toUnsignedLong(entries.getInt());
      if (frameLength < MIN_FRAME
          || frameLength > MAX_FRAME
          || content > MAX_CONTENT
          || frameLength > end - offsets[frame]) {
        throw damaged(
            file,
            String.format(
                "gives frame %d the impossible length of %d bytes for %d",
                frame, frameLength, content));
      }
      offsets[frame + 1] = offsets[frame] + frameLength;
      starts[frame + 1] = starts[frame] + content;
      longestContent = Math.max(longestContent, (int) content);
      if (checksums != null) {
        checksums[frame] = entries.getInt();
      }
    }
    if (offsets[frames()] != end) {
      throw damaged(file, "leaves out " + (end - offsets[frames()]) + " bytes before it");
    }
  }

  int frames() {
    return starts.length - 1;
  }

  /** Of all frames together, in bytes. */
  long contentLength() {
    return starts[frames()];
  }

  /** Of the frame that has most, in bytes. */
  int longestContent() {
    return longestContent;
  }

  /** Where a frame stands in the file, in bytes. */
  long offset(int frame) {
    return offsets[frame];
  }

  /** What a frame takes in the file, in bytes. */
  int frameLength(int frame) {
    return (int) (offsets[frame + 1] - offsets[frame]);
  }

  /** Which byte of the content is a frame's first. */
  long start(int frame) {
    return starts[frame];
  }

  /** What a frame holds, in bytes. */
  int contentLength(int frame) {
    return (int) (starts[frame + 1] - starts[frame]);
  }

  boolean hasChecksums() {
    return checksums != null;
  }

  /** The lower half of XXH64 over a frame's content. */
  int checksum(int frame) {
    return checksums[frame];
  }

  /**
   * @param at a byte of the content, from 0 up to {@link #contentLength()} exclusively
   * @return the frame that has it
   */
  int frameAt(long at) {
    int low = 0;
    int high = frames() - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (starts[middle] <= at) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  private static ByteBuffer bytes(StoredFile file, long offset, int length) throws ImageException {
    ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    file.readFully(bytes, offset);
    return bytes.flip();
  }

  private static ImageException missing(StoredFile file) {
    return new ImageException(
        file.path(),
        "is compressed, but has no seek table at its end: copy it again if it is truncated, or"
            + " decompress it by zstd -d if ramshot did not pack it");
  }

  private static ImageException damaged(StoredFile file, String what) {
    return ImageException.damaged(file.path(), "its seek table " + what);
  }
}
