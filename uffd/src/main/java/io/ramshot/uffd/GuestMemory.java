package io.ramshot.uffd;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.Buffer;
import java.nio.ByteBuffer;

/** What the engine does with guest memory besides capturing it. Addresses are this process's. */
public final class GuestMemory {

  private GuestMemory() {}

  /** Where a direct buffer's memory starts, whatever its position. */
  public static long addressOf(Buffer buffer) {
    return Pointer.nativeValue(Native.getDirectBufferPointer(buffer));
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
   * Makes memory read as zeros; pages that are not populated stay so.
   *
   * @param length in bytes
   */
  public static void clear(long address, long length) throws EngineException {
    Engine.load();
    int result = Engine.rs_clear(address, length);
    if (result != 0) {
      throw new EngineException(
          "cannot clear "
              + length
              + " bytes of guest RAM ("
              + Engine.rs_error_text(-result)
              + "): is /proc mounted?");
    }
  }
}
