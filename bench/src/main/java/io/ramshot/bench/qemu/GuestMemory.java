package io.ramshot.bench.qemu;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A little of the guest's RAM, read from outside through {@code /proc/PID/mem}: the guest and QEMU
 * do not notice, not even while RAM is write-protected.
 */
final class GuestMemory implements AutoCloseable {
  private final FileChannel memory;
  private final long address;
  private final ByteBuffer word =
      ByteBuffer.allocateDirect(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);

  /**
   * @param address of the guest's byte 0 in the process
   */
  GuestMemory(long pid, long address) throws IOException {
    this.address = address;
    memory = FileChannel.open(Path.of("/proc/" + pid + "/mem"), StandardOpenOption.READ);
  }

  int readInt(long guestAddress) throws IOException {
    return read(guestAddress, Integer.BYTES).getInt(0);
  }

  long readLong(long guestAddress) throws IOException {
    return read(guestAddress, Long.BYTES).getLong(0);
  }

  private ByteBuffer read(long guestAddress, int bytes) throws IOException {
    word.clear().limit(bytes);
    if (memory.read(word, address + guestAddress) != bytes) {
      throw new IOException("QEMU's memory ended where the guest's counter was");
    }
    return word.clear();
  }

  @Override
  public void close() throws IOException {
    memory.close();
  }
}
