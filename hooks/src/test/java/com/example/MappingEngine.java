package com.example;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;

/** A native engine behind Java methods that give no address away. */
public final class MappingEngine {

  private static final NativeLibrary C = NativeLibrary.getInstance("c");
  private static final int READ_WRITE = 3;
  private static final int PRIVATE_ANONYMOUS = 0x22;
  private static final int FIXED_NOREPLACE = 0x100000;

  private long address;
  private long size;

  /** Guest RAM at a guest address. */
  public void mapMemory(long guest, long bytes) {
    size = bytes;
    address = map(bytes);
  }

  /** Guest RAM at an address of the host, and memory of the engine beside it. */
  public void mapAt(long host, long bytes, long own) {
    size = bytes + own;
    address = map(host, bytes);
    if (own > 0) {
      map(host + bytes, own);
    }
  }

  /** Two pieces of memory in one call. */
  public long[] mapTwo(int bytes) {
    return new long[] {map(bytes), map(3L * bytes)};
  }

  /** Goes through the other method. */
  public void mapThrough(long bytes) {
    mapMemory(0, bytes);
  }

  /** Fails after it has mapped. */
  public void mapAndFail(long bytes) {
    address = map(bytes);
    size = bytes;
    throw new IllegalStateException("the engine refuses");
  }

  /** Unmaps what {@link #mapMemory} mapped. */
  public void unmapMemory() {
    unmap(address, size);
  }

  public native void nativeMap(long bytes);

  public long address() {
    return address;
  }

  /** mmap(2). */
  public static long map(long bytes) {
    return map(0, bytes);
  }

  /** mmap(2) at an address where nothing is, or anywhere for 0. */
  private static long map(long host, long bytes) {
    Function mmap = C.getFunction("mmap");
    int flags = PRIVATE_ANONYMOUS | (host == 0 ? 0 : FIXED_NOREPLACE);
    long address =
        Pointer.nativeValue(
            mmap.invokePointer(new Object[] {new Pointer(host), bytes, READ_WRITE, flags, -1, 0L}));
    if (address == -1 || host != 0 && address != host) {
      throw new IllegalStateException("cannot map " + bytes + " bytes at " + host);
    }
    return address;
  }

  /** munmap(2). */
  public static void unmap(long address, long bytes) {
    C.getFunction("munmap").invokeInt(new Object[] {new Pointer(address), bytes});
  }
}
