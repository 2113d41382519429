package io.ramshot.uffd;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.Buffer;
import java.nio.ByteBuffer;

/** What the engine does with guest memory besides capturing it. Addresses are this process's. */
public final class GuestMemory {

  private GuestMemory() {}

  /**
   * Where a direct buffer's memory starts, whatever its position.
   *
   * @throws IllegalStateException if there is no native code to be had; says what to do
   */
  public static long addressOf(Buffer buffer) {
    try {
      return Pointer.nativeValue(Native.getDirectBufferPointer(buffer));
    } catch (LinkageError e) {
      throw new IllegalStateException(NativeCode.problem(e), e);
    }
  }

  /** A view of memory; {@code length} in bytes. */
  public static ByteBuffer view(long address, int length) {
    return new Pointer(address).getByteBuffer(0, length);
  }

  /**
   * Asks for transparent huge pages, which decide the pause of a snapshot. Best effort.
   *
   * @param length in bytes
   * @return whether the kernel agreed
   */
  public static boolean adviseHugePages(long address, long length) throws EngineException {
    Engine.load();
    return Engine.rs_advise_huge(address, length) == 0;
  }

  /**
   * How much of some memory is populated, in bytes: held in memory or swapped out.
   *
   * @param length in bytes
   */
  public static long populatedBytes(long address, long length) throws EngineException {
    Engine.load();
    long bytes = Engine.rs_populated_bytes(address, length);
    if (bytes < 0) {
      throw new EngineException(
          "cannot see how much of guest RAM is populated ("
              + Engine.rs_error_text((int) -bytes)
              + "): is /proc mounted?");
    }
    return bytes;
  }

  /**
   * Makes memory read as zeros; pages that are not populated stay so. Memory that may not be
   * written keeps its protection.
   *
   * @param block its name, for messages
   * @param offset where in the block, in bytes
   * @param length in bytes
   */
  public static void clear(String block, long address, long offset, long length)
      throws EngineException {
    Engine.load();
    long[] failed = new long[1];
    int result = Engine.rs_clear(address + offset, length, failed);
    if (result == 0) {
      return;
    }
    throw new EngineException(
        failed[0] == -1
            ? "cannot clear "
                + length
                + " bytes of block "
                + block
                + " ("
                + Engine.rs_error_text(-result)
                + "): is /proc mounted?"
            : refused(block, failed[0] - address, -result));
  }

  /**
   * Copies to guest memory what a restore has for it. Memory that may not be written keeps its
   * protection.
   *
   * @param block its name, for messages
   * @param offset where in the block, in bytes
   * @param from memory of ours
   * @param length in bytes
   */
  public static void write(String block, long address, long offset, Pointer from, long length)
      throws EngineException {
    Engine.load();
    long[] failed = new long[1];
    int result = Engine.rs_store(address + offset, from, length, failed);
    if (result != 0) {
      throw new EngineException(refused(block, failed[0] - address, -result));
    }
  }

  private static final int EACCES = 13;

  /** Why a place in a block did not take what it should hold. */
  static String refused(String block, long offset, int error) {
    return "block "
        + block
        + " cannot be filled at offset 0x"
        + Long.toHexString(offset)
        + " ("
        + Engine.rs_error_text(error)
        + "): "
        + (error == EACCES
            ? "its memory there is mapped for reading only, and shared or out of the kernel's"
                + " reach (proc_mem.force_override=never): make it writable until the guest runs"
            : "is its memory still mapped, and its file as long as it was?");
  }
}
