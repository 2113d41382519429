package io.ramshot.agent.tools;

import io.ramshot.image.Image;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * Writes guest RAM as a 64-bit ELF core file: a loadable segment a block, at its address in the
 * guest, for debuggers that know the machine. It has no notes, so no registers.
 */
public final class ElfCore {
  private static final int HEADER_LENGTH = 64;
  private static final int PROGRAM_HEADER_LENGTH = 56;
  private static final int MOST_SEGMENTS = 0xfffe;

  /* From the System V ABI. */
  private static final byte CLASS_64 = 2;
  private static final byte LITTLE = 1;
  private static final byte BIG = 2;
  private static final byte VERSION = 1;
  private static final short TYPE_CORE = 4;
  private static final int SEGMENT_LOAD = 1;
  private static final int READ_WRITE_EXECUTE = 7;

  private final Machine machine;
  private final ByteOrder order;
  private final List<Segment> segments;
  private final int pageSize;

  /**
   * @param order of the guest
   * @throws IllegalArgumentException if there are too many segments
   */
  public ElfCore(Machine machine, ByteOrder order, List<Segment> segments, int pageSize) {
    if (segments.size() > MOST_SEGMENTS) {
      throw new IllegalArgumentException(segments.size() + " segments: choose some with --at");
    }
    this.machine = machine;
    this.order = order;
    this.segments = segments;
    this.pageSize = pageSize;
  }

  /** Writes all of it, and gives the file its name. */
  public void write(Image image, Extraction file) throws IOException {
    int headers = HEADER_LENGTH + segments.size() * PROGRAM_HEADER_LENGTH;
    ByteBuffer out = ByteBuffer.allocate(headers).order(order);
    putHeader(out);
    long end = headers;
    for (Segment segment : segments) {
      long offset = place(end, segment.address());
      putProgramHeader(out, segment, offset);
      file.put(image, segment.block(), offset);
      end = offset + segment.block().length();
    }
    file.put(out.flip(), 0);
    file.finish(end);
  }

  /** The next offset that is the address modulo the page size, so that it can be mapped. */
  private long place(long end, long address) {
    return end + Math.floorMod(address - end, (long) pageSize);
  }

  private void putHeader(ByteBuffer out) {
    out.put(new byte[] {0x7f, 'E', 'L', 'F', CLASS_64});
    out.put(order == ByteOrder.LITTLE_ENDIAN ? LITTLE : BIG).put(VERSION);
    out.position(16);
    out.putShort(TYPE_CORE).putShort((short) machine.code()).putInt(VERSION);
    out.putLong(0); /* no entry */
    out.putLong(HEADER_LENGTH); /* of the program headers */
    out.putLong(0); /* no sections */
    out.putInt(0); /* no flags */
    out.putShort((short) HEADER_LENGTH);
    out.putShort((short) PROGRAM_HEADER_LENGTH).putShort((short) segments.size());
    out.putShort((short) 64).putShort((short) 0).putShort((short) 0);
  }

  private void putProgramHeader(ByteBuffer out, Segment segment, long offset) {
    long length = segment.block().length();
    out.putInt(SEGMENT_LOAD).putInt(READ_WRITE_EXECUTE).putLong(offset);
    out.putLong(segment.address()).putLong(segment.address());
    out.putLong(length).putLong(length).putLong(pageSize);
  }
}
