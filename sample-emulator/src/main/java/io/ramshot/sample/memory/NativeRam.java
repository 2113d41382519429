package io.ramshot.sample.memory;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Guest RAM that native code maps itself, as an emulator around a native engine has it: no
 * allocation of the JDK's tells of it.
 */
public final class NativeRam extends AddressRam {

  private static final String LIBRARY = "/io/ramshot/sample/native/libsampleram.so";

  static {
    load();
  }

  private boolean mapped = true;

  /**
   * @param size in bytes
   */
  public NativeRam(long size) {
    super(map(size), size);
  }

  private static void load() {
    try (InputStream packed = NativeRam.class.getResourceAsStream(LIBRARY)) {
      if (packed == null) {
        throw new IllegalStateException(LIBRARY + " is missing from this build: use --ram=unsafe");
      }
      Path file = Files.createTempFile("libsampleram", ".so");
      try {
        Files.copy(packed, file, StandardCopyOption.REPLACE_EXISTING);
        System.load(file.toString());
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot unpack " + LIBRARY + ": set -Djava.io.tmpdir", e);
    }
  }

  /**
   * Maps memory, all of it zero.
   *
   * @param size in bytes
   * @return its address
   */
  static long map(long size) {
    long address = mmap(size);
    if (address < 0) {
      throw new IllegalStateException(
          "mmap of %d bytes failed with error %d: lower --memory".formatted(size, -address));
    }
    return address;
  }

  /** Gives memory back; nobody may use it any more. */
  static void unmap(long address, long size) {
    int error = munmap(address, size);
    if (error != 0) {
      throw new IllegalStateException("munmap failed with error " + -error);
    }
  }

  @Override
  public void close() {
    if (mapped) {
      mapped = false;
      unmap(base(), size());
    }
  }

  /** Returns an address, or the negative number of an error. */
  private static native long mmap(long size);

  /** Returns 0, or the negative number of an error. */
  private static native int munmap(long address, long size);
}
