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
public final class BenchLibrary {

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
  public static long check(String operation, long result) throws IOException {
    if (result < 0) {
      throw new IOException(operation + " failed with error " + -result);
    }
    return result;
  }

  static native long rb_ram_map(long bytes, int huge);

  static native long rb_ram_collapse(long address, long bytes);

  public static native int rb_ram_touch(long address, long bytes);

  static native int rb_save(
      String path, long address, long bytes, int depth, long rate, long[] out);

  static native int rb_fork_save(
      String path, long address, long bytes, int depth, long rate, int buffers, long[] out);

  static native int rb_fork_await(int pid, long floor);

  static native int rb_fork_reap(int pid, long[] out);

  public static native long rb_ram_reserve(long bytes);

  public static native void rb_ram_fill(long address, long bytes);

  public static native long rb_ram_wrong(long address, long bytes, long first);

  public static native void rb_ram_look(long address, long bytes);

  /** Ways of {@link #rb_load}. */
  public static final int LOAD_DIRECT = 0;

  public static final int LOAD_DISK = 1;
  public static final int LOAD_PLAIN = 2;

  public static native int rb_load(
      String path, long offset, long address, long bytes, int way, int depth, long[] out);

  public static native long rb_load_map(String path, long offset, long bytes);

  public static native int rb_cache_drop(String path);

  public static native int rb_cache_fill(String path);

  public static native long rb_cache_held(String path);

  static native int rb_memcpy_rate(long address, long bytes, long[] out);

  public static native long rb_process_cpu();

  static native int rb_memory_watch(int periodMillis);

  static native int rb_memory_watched(long[] out);
}
