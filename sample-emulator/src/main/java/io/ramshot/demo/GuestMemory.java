package io.ramshot.demo;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The RAM of a running guest, read through the kernel: the JVM it lives in does nothing for it and
 * notices nothing.
 */
final class GuestMemory implements AutoCloseable {
  private final FileChannel memory;
  private final long address;

  /**
   * @param pid a child of this process, or one that it may trace
   * @param address where RAM begins in that process
   */
  GuestMemory(long pid, long address) throws DemoException {
    try {
      this.memory =
          FileChannel.open(Path.of("/proc", Long.toString(pid), "mem"), StandardOpenOption.READ);
    } catch (IOException e) {
      throw new DemoException("the memory of process " + pid + " cannot be read: " + e, e);
    }
    this.address = address;
  }

  /**
   * Reads a little-endian word that the guest may be writing at this moment.
   *
   * @param buffer 8 bytes to use
   */
  long word(long offset, ByteBuffer buffer) throws IOException {
    buffer.clear();
    memory.read(buffer, address + offset);
    return buffer.flip().order(ByteOrder.LITTLE_ENDIAN).getLong();
  }

  @Override
  public void close() {
    try {
      memory.close();
    } catch (IOException e) {
      // Nothing was written to it.
    }
  }
}
