package io.ramshot;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Native memory of ramshot's own that takes copies of RAM during the freeze. It is mapped, not
 * allocated: what is not used of it costs nothing and reads as zeros.
 */
final class Staging implements AutoCloseable {
  private static final int PROT_READ_WRITE = 3;
  private static final int MAP_PRIVATE_ANONYMOUS = 0x22;
  private static final long MAP_FAILED = -1;

  private final long bytes;
  private Pointer memory;
  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * @param bytes that it can take
   * @throws SnapshotException if there is no such piece of address space
   */
  Staging(long bytes) throws SnapshotException {
    this.bytes = bytes;
    Object mapped =
        libc("mmap")
            .invoke(
                Pointer.class,
                new Object[] {null, bytes, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0L});
    memory = (Pointer) mapped;
    if (memory == null || Pointer.nativeValue(memory) == MAP_FAILED) {
      memory = null;
      throw new SnapshotException(
          "no memory to copy "
              + bytes
              + " bytes of RAM on the heap to: free some, or raise ulimit -v");
    }
  }

  private static Function libc(String name) {
    return NativeLibrary.getInstance("c").getFunction(name);
  }

  long address() {
    return Pointer.nativeValue(memory);
  }

  Pointer memory() {
    return memory;
  }

  /** Has the system bring in memory now, not during the freeze. */
  void populate(long firstBytes) {
    memory.setMemory(0, Math.min(bytes, firstBytes), (byte) 0);
  }

  @Override
  public void close() {
    if (memory != null && closed.compareAndSet(false, true)) {
      libc("munmap").invoke(Integer.class, new Object[] {memory, bytes});
    }
  }
}
