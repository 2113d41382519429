package io.ramshot.image;

import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Unpacks one frame after the other; not for several threads. */
final class Unpacking implements AutoCloseable {
  /** Where a frame's descriptor says that the last four bytes are its content's checksum. */
  private static final int DESCRIPTOR_AT = 4;

  private static final int HAS_CHECKSUM = 4;

  private final StoredFile file;
  private final SeekTable table;
  private final ZstdDecompressCtx context = new ZstdDecompressCtx();
  private ByteBuffer packed = ByteBuffer.allocateDirect(0);

  Unpacking(StoredFile file, SeekTable table) {
    this.file = file;
    this.table = table;
  }

  /**
   * @param to a direct buffer; takes the frame's content from index 0
   * @throws ImageException if it cannot be read, or is not what the table says
   */
  void unpack(int frame, ByteBuffer to) throws ImageException {
    int length = table.frameLength(frame);
    if (packed.capacity() < length) {
      packed = ByteBuffer.allocateDirect(length).order(ByteOrder.LITTLE_ENDIAN);
    }
    file.readFully(packed.clear().limit(length), table.offset(frame));
    boolean checked =
        packed.getInt(0) == Zstandard.MAGIC && (packed.get(DESCRIPTOR_AT) & HAS_CHECKSUM) != 0;
    if (checked
        && table.hasChecksums()
        && packed.getInt(length - Integer.BYTES) != table.checksum(frame)) {
      throw damaged(frame, "has another checksum than the seek table says");
    }
    int content = table.contentLength(frame);
    int unpacked;
    try {
      unpacked = context.decompressDirectByteBuffer(to, 0, content, packed, 0, length);
    } catch (ZstdException e) {
      throw damaged(frame, "cannot be decompressed (" + e.getMessage() + ")");
    }
    if (unpacked != content) {
      throw damaged(frame, "has " + unpacked + " bytes, not the " + content + " of the seek table");
    }
  }

  private ImageException damaged(int frame, String what) {
    return ImageException.damaged(
        file.path(),
        String.format("frame %d, at file offset %d, %s", frame, table.offset(frame), what));
  }

  @Override
  public void close() {
    context.close();
  }
}
