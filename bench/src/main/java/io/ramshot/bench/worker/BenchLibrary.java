package io.ramshot.bench.worker;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** The functions of libramshotbench.so; rb_api.h says what each does. */
final class BenchLibrary {

  /** Of the numbers that {@link #rb_save} gives. */
  static final int WRITE_NANOS = 0;

  static final int SYNC_NANOS = 1;
  static final int BYTES = 2;
  static final int ALLOCATED = 3;
  static final int SAVE_FIGURES = 5;

  /** What {@link #rb_fork_reap} gives after them. */
  static final int CHILD_CPU_NANOS = SAVE_FIGURES;

  static final int CHILD_MEMORY = SAVE_FIGURES + 1;

  private BenchLibrary() {}

  static {
    Native.register(BenchLibrary.class, load());
  }

  private static NativeLibrary load() {
    String resource = "/io/ramshot/bench/native/libramshotbench.so";
    try (InputStream packed = BenchLibrary.class.getResourceAsStream(resource)) {
      if (packed == null) {
        throw new IllegalStateException(
            resource + " is missing from the bench: build it by mvn -DskipTests package");
      }
      Path file = Files.createTempFile("libramshotbench", ".so");
      try {
        Files.copy(packed, file, StandardCopyOption.REPLACE_EXISTING);
        return NativeLibrary.getInstance(file.toString());
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Passes on what a native function returned.
   *
   * @throws IOException if that stands for an error
   */
  static long check(String operation, long result) throws IOException {
    if (result < 0) {
      throw new IOException(operation + " failed with error " + -result);
    }
    return result;
  }

  static native long rb_ram_map(long bytes, int huge);

  static native long rb_ram_collapse(long address, long bytes);

  static native int rb_ram_touch(long address, long bytes);

  static native int rb_save(
      String path, long address, long bytes, int depth, long rate, long[] out);

  static native int rb_fork_save(
      String path, long address, long bytes, int depth, long rate, int buffers, long[] out);

  static native int rb_fork_await(int pid, long floor);

  static native int rb_fork_reap(int pid, long[] out);

  static native int rb_memcpy_rate(long address, long bytes, long[] out);

  static native long rb_process_cpu();

  static native int rb_memory_watch(int periodMillis);

  static native int rb_memory_watched(long[] out);
}
